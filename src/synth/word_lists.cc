#include "synth/word_lists.h"

#include <algorithm>
#include <string>

#include "synth/text.h"

namespace cairn::synth {
namespace {

constexpr std::string_view kNouns[] = {
    "apple",    "anchor", "apron",   "arch",   "arrow",  "axe",     "acorn",   "almond",  "elbow",    "engine",
    "envelope", "eel",    "egg",     "insect", "island", "ink",     "inn",     "iron",    "oak",      "oar",
    "olive",    "onion",  "orange",  "otter",  "oven",   "owl",     "oyster",  "orchard", "umbrella", "urn",
    "basket",   "bell",   "bench",   "bird",   "boat",   "bottle",  "bowl",    "bread",   "brick",    "bridge",
    "broom",    "brush",  "bucket",  "button", "cabin",  "cake",    "candle",  "carrot",  "castle",   "cat",
    "chair",    "cheese", "clock",   "cloud",  "coat",   "coin",    "copper",  "cotton",  "cow",      "crab",
    "crow",     "cup",    "curtain", "dog",    "door",   "drum",    "duck",    "farm",    "feather",  "fence",
    "fiddle",   "field",  "flute",   "forest", "fork",   "fox",     "frog",    "garden",  "gate",     "ginger",
    "glove",    "goat",   "goose",   "guitar", "hammer", "harbour", "hat",     "hill",    "honey",    "horse",
    "house",    "jacket", "jar",     "kettle", "key",    "kite",    "ladder",  "lake",    "lamp",     "leaf",
    "lemon",    "letter", "lion",    "lizard", "map",    "market",  "melon",   "mirror",  "moon",     "mouse",
    "needle",   "nest",   "nut",     "paper",  "parrot", "pear",    "pencil",  "pepper",  "piano",    "pigeon",
    "pillow",   "pin",    "plum",    "pond",   "potato", "rabbit",  "rain",    "ribbon",  "river",    "road",
    "robin",    "rocket", "roof",    "rope",   "rose",   "salt",    "scarf",   "seal",    "sheep",    "shell",
    "ship",     "shoe",   "silver",  "snail",  "soap",   "sofa",    "spoon",   "stone",   "stool",    "sugar",
    "table",    "tent",   "tiger",   "tower",  "train",  "tree",    "trumpet", "turnip",  "valley",   "violin",
    "wagon",    "wall",   "whale",   "wheel",  "window", "wolf",    "wool",    "zebra"};

constexpr std::string_view kPlurals[] = {
    "apples",  "anchors", "arrows",   "acorns",  "almonds", "envelopes", "eels",    "eggs",    "insects", "islands",
    "inns",    "oars",    "olives",   "onions",  "oranges", "otters",    "owls",    "oysters", "urns",    "umbrellas",
    "baskets", "bells",   "birds",    "boats",   "bottles", "bricks",    "brooms",  "buckets", "buttons", "cakes",
    "candles", "carrots", "chairs",   "clocks",  "clouds",  "coins",     "cows",    "crabs",   "cups",    "dogs",
    "drums",   "ducks",   "feathers", "fences",  "forks",   "frogs",     "gates",   "gloves",  "goats",   "hammers",
    "hats",    "horses",  "jars",     "kettles", "keys",    "kites",     "ladders", "lamps",   "lemons",  "letters",
    "lions",   "maps",    "melons",   "mirrors", "needles", "nests",     "nuts",    "parrots", "pears",   "pencils",
    "pigeons", "pins",    "plums",    "rabbits", "ribbons", "rivers",    "robins",  "ropes",   "roses",   "shells",
    "ships",   "shoes",   "snails",   "spoons",  "stones",  "tents",     "tigers",  "towers",  "trees",   "trumpets",
    "turnips", "violins", "wagons",   "walls",   "wheels",  "zebras"};

constexpr std::string_view kNames[] = {
    "Abel",   "Adda",   "Alma",    "Ansel",    "Arlo",   "Astra",   "Bena",    "Bertil",  "Brona",   "Cado",
    "Calla",  "Cedric", "Clem",    "Corin",    "Dagny",  "Delia",   "Dorrit",  "Edda",    "Elko",    "Emrys",
    "Enna",   "Esme",   "Fane",    "Fergus",   "Flora",  "Gala",    "Gideon",  "Greta",   "Hale",    "Hanno",
    "Hesper", "Ida",    "Ilse",    "Imre",     "Ivo",    "Jarla",   "Jonas",   "Juno",    "Kalle",   "Kester",
    "Kira",   "Lando",  "Leda",    "Linus",    "Lotte",  "Mabel",   "Marek",   "Milo",    "Mira",    "Nadia",
    "Nils",   "Nora",   "Odile",   "Olan",     "Orla",   "Oskar",   "Pella",   "Perrin",  "Quill",   "Rafe",
    "Renna",  "Rolf",   "Rosa",    "Saskia",   "Silas",  "Sunna",   "Tamsin",  "Tarn",    "Thora",   "Tobin",
    "Ulla",   "Una",    "Vera",    "Viggo",    "Wilma",  "Wren",    "Yara",    "Zeno",    "Arkle",   "Ashdown",
    "Barrow", "Beldon", "Bramley", "Carse",    "Colby",  "Corrick", "Dunmore", "Eastlow", "Fenwick", "Garrow",
    "Harlan", "Ilford", "Jessop",  "Kelby",    "Larkin", "Marlow",  "Norcott", "Orpen",   "Penrow",  "Quarles",
    "Rooke",  "Selwyn", "Tolman",  "Underhay", "Varley", "Whitlow", "Yarrow"};

constexpr std::string_view kNumbers[] = {
    "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",     "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};
constexpr std::string_view kWeekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};

constexpr std::string_view kPlaces[] = {"gate",  "berth", "pier",  "dock",  "quay",  "jetty", "platform", "room",
                                        "hall",  "table", "desk",  "stall", "booth", "bay",   "lane",     "track",
                                        "stand", "stage", "court", "cabin", "aisle", "floor", "office",   "window"};
constexpr std::string_view kTitles[] = {"Mr",       "Mrs",     "Miss",    "Ms",    "Dr",    "Doctor",    "Uncle",
                                        "Aunt",     "Captain", "Lady",    "Lord",  "Sir",   "Professor", "Grandpa",
                                        "Grandma",  "Sister",  "Brother", "Nurse", "King",  "Queen",     "Prince",
                                        "Princess", "Saint",   "St",      "Major", "Judge", "Inspector"};

}  // namespace

std::span<const std::string_view> Nouns() { return kNouns; }
std::span<const std::string_view> PluralNouns() { return kPlurals; }
std::span<const std::string_view> Names() { return kNames; }
std::span<const std::string_view> NumberWords() { return kNumbers; }
std::span<const std::string_view> Places() { return kPlaces; }
std::span<const std::string_view> Weekdays() { return kWeekdays; }
std::span<const std::string_view> Months() { return kMonths; }

bool OneOf(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool IsTitle(std::string_view word) { return OneOf(kTitles, word); }

WordKind KindOf(std::string_view word) {
  if (word.find_first_of("0123456789") != std::string_view::npos) return WordKind::kNumber;
  std::string lower = Lower(word), capital = Capitalised(lower);
  if (OneOf(kNumbers, lower)) return WordKind::kNumberWord;
  if (OneOf(kWeekdays, capital)) return WordKind::kWeekday;
  bool upper = StartsUpper(word);
  if (upper && OneOf(kMonths, capital)) return WordKind::kMonth;
  bool capitals_only = upper && Upper(word) == word;  // "RED APPLE" are not names
  if (!upper || capitals_only) {
    if (OneOf(kNouns, lower) || OneOf(kPlaces, lower)) return WordKind::kNoun;
    if (OneOf(kPlurals, lower)) return WordKind::kPlural;
  }
  return upper ? WordKind::kName : WordKind::kOther;
}

}  // namespace cairn::synth
