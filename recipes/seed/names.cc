#include "names.h"

#include <vector>

#include "text.h"

namespace cairn::seed {
namespace {

using List = std::vector<std::string>;

const List& MaleNames() {
  static const List names = Words(
      "Adam Alan Albert Alfred Andrew Anton Arthur Ben Bernard Bert Boris Bruno Carl Carlos Charles Chris Colin Conrad "
      "Cyril Dan Daniel David Dennis Derek Dieter Edgar Edward Edwin Emil Emmet Eric Ernest Fabian Felix Finn Frank "
      "Fred "
      "Gabriel George Gerald Gilbert Gordon Graham Gregor Gustav Hamid Harold Harry Hassan Hector Henry Herbert Howard "
      "Hugh Hugo Ian Idris Igor Ivan Ivo Jack Jacob James Jan Jasper Jerome Jim Joe John Jonas Joseph Josef Karim Karl "
      "Keith Kenji Kofi Kurt Lars Laurence Leo Leon Leonard Lewis Liam Louis Lucas Luke Magnus Malcolm Marcus Mario "
      "Mark "
      "Martin Mateo Matthew Max Michael Milan Miles Mohan Morris Nathan Neil Nicholas Nils Noah Norman Oliver Omar "
      "Oscar "
      "Otto Owen Patrick Paul Pavel Pedro Percy Peter Philip Pierre Rafael Ralph Ravi Ray Richard Robert Robin Roland "
      "Roman Ronald Rory Rufus Rupert Sam Samuel Sanjay Sean Sidney Silas Simon Stefan Stephen Stanley Sven Theo "
      "Thomas "
      "Tim Tobias Tom Tomas Viktor Vincent Walter Wilfred William Yusuf");
  return names;
}

const List& FemaleNames() {
  static const List names = Words(
      "Ada Agnes Aisha Alice Alma Amanda Amina Amy Anita Anna Anne Astrid Audrey Barbara Beatrice Bella Bertha Betty "
      "Bianca Brenda Bridget Carla Carmen Caroline Celia Charlotte Chiara Clara Claudia Cora Cynthia Daisy Daphne "
      "Diana "
      "Dina Dora Doris Dorothy Edith Eileen Elena Elisa Ella Ellen Elsa Emily Emma Erika Esther Eva Evelyn Fatima "
      "Flora "
      "Florence Frances Freya Frida Gerda Gina Gloria Grace Greta Hana Hannah Harriet Hazel Heidi Helen Hilda Ida "
      "Imogen "
      "Ingrid Irene Iris Isabel Ivy Jane Janet Jean Jenny Joan Johanna Josephine Joyce Judith Julia June Karen Kate "
      "Katrin Laura Leila Lena Lily Linda Lisa Lotte Louise Lucy Luisa Lydia Mabel Maeve Margaret Maria Marie Marion "
      "Martha Mary Matilda Maud May Mei Mildred Mina Mira Miriam Molly Monica Nadia Nancy Naomi Nell Nina Nora Olga "
      "Olive Olivia Pamela Patricia Paula Pauline Pearl Penny Petra Phyllis Polly Priya Rachel Rebecca Rita Rosa Rose "
      "Ruby Ruth Sally Sandra Sara Selma Sheila Silvia Sonia Sophie Stella Susan Sybil Tamara Teresa Tilda Tina Ursula "
      "Valerie Vera Veronica Viola Violet Wanda Wendy Wilma Winifred Yasmin Yoko Zara Zoe");
  return names;
}

const List& SurnameStarts() {
  static const List parts = Words(
      "Ash Alder Ack Barn Beck Birch Black Bram Bran Brook Burn Cald Carl Chat Clay Cob Cole Cran Crick Dar Deer Dun "
      "East "
      "Ed El Fair Fern Fox Gar Glad Gold Gran Green Had Hal Hart Hat Haw Heath Hen Hol Horn Hux Ing Kel Ken King Kirk "
      "Lang "
      "Lark Lin Long Lock Mal Mar Mel Mer Mill Nor North Oak Or Pem Pen Per Pick Pres Quar Rad Ram Raven Red Rock Row "
      "Rush "
      "San Scar Shel Shir Silver Sker Stan Stock Stone Sum Sut Swan Tal Tan Thorn Til Tol Tren Tun Up Vin Wad Wal War "
      "Wat "
      "Wes Whit Wil Win Wolf Wood Wy Yar York");
  return parts;
}

const List& SurnameEnds() {
  static const List parts = Words(
      "well ford ley by man wick ton ham worth field combe hurst more row land stead croft den ridge shaw gate bury "
      "burn "
      "low son ling ders nell tor ver mond rick lock mer way house brook bridge lake");
  return parts;
}

const List& Onsets() {
  static const List parts = Words(
      "b br c ch d dr f fl g gl gr h j k kl kr l m n p pl pr r s sk st sv t th tr v w z sh bl sl sn v l m n k r t d");
  return parts;
}
const List& Vowels() {
  static const List parts = Words("a e i o u a e i o a e o ai ei ou ia ee oo");
  return parts;
}
const List& Codas() {
  static const List parts = Words("n r l s m k t d rn lt nd sk st ng th x ck rd rk ns ll v p sh");
  return parts;
}
const List& NameEnds() {
  static const List parts = Words(
      "a o i e en er in ov ek ic us an el is ino etti ara ola ez sen berg mann ski escu ou ane ier ell ard ott y");
  return parts;
}
const List& PlaceEnds() {
  static const List parts = Words(
      "ton ford by mouth ham haven field bury wick thorpe stead well bridge minster port combe dale low worth ley gate "
      "stow holm ness pool burn brook side cliff moor");
  return parts;
}

std::string Syllables(Draw& draw, int count, const List& ends) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += draw.Pick(Onsets());
    out += draw.Pick(Vowels());
    if (i + 1 == count || draw.Percent(25)) out += draw.Pick(Codas());
  }
  return Capitalised(out + draw.Pick(ends));
}

std::string SurnameCore(Draw& draw) {
  static const List kNoEnd = {""};
  uint32_t style = draw.Below(10);
  if (style < 4) return Cat({draw.Pick(SurnameStarts()), draw.Pick(SurnameEnds())});
  if (style < 7) return Syllables(draw, 1, NameEnds());
  if (style < 8) return Syllables(draw, 2, NameEnds());
  if (style < 9) return Syllables(draw, 1, kNoEnd);
  return Cat({draw.Pick(SurnameStarts()), draw.Pick({"er", "e", "s", "y", "ing", "ett", "in"})});
}

std::string PlaceCore(Draw& draw) {
  static const List kEnds = Words("a o e en ia os ana ik um aro ova ille etta ora un au");
  uint32_t style = draw.Below(10);
  if (style < 6) return Cat({draw.Pick(SurnameStarts()), draw.Pick(PlaceEnds())});
  if (style < 9) return Syllables(draw, 1, kEnds);
  return Syllables(draw, 1, PlaceEnds());
}

const List& NameNouns() {
  static const List words = Words(
      "Heron Star Lantern Anchor Swallow Fox Crown Rose Hawk River Bell Lion Comet Rowan Pearl Dolphin Compass Tiger "
      "Key "
      "Harbour Moon Sparrow Bridge Mountain Castle Falcon Oak Garden Wheel Owl Lark Horizon Beacon Thistle Otter "
      "Badger "
      "Candle Meadow Wave Mirror Feather Summer Winter Shadow Island Window Road Forest Storm Clock Letter Orchard");
  return words;
}
const List& NameAdjectives() {
  static const List words = Words(
      "Silver Golden Red Blue White Black Green Northern Southern Lucky Brave Silent Bright Old Little Royal Merry "
      "Swift "
      "Happy Lost Hidden Quiet Grey Crimson Wandering Shining Young Bold Early Last Second Broken Distant Gentle "
      "Proud");
  return words;
}

}  // namespace

std::string DrawInventedWord(Draw& draw, Split split) {
  static const List kEnds = Words("le er in ow y et ock ish um e el ard on ip ack ob");
  static const List kNoEnd = {""};
  return DrawInSplit(split, [&] {
    if (draw.Percent(45)) return AsciiLower(Syllables(draw, 1, kNoEnd));
    return AsciiLower(Syllables(draw, draw.Percent(75) ? 1 : 2, kEnds));
  });
}

Split SplitOf(std::string_view name) { return StableHash(name) % 5 == 0 ? Split::kHeldOut : Split::kTraining; }

std::string DrawFirstName(Draw& draw, Split split, Gender* gender) {
  Gender drawn = draw.Percent(50) ? Gender::kHe : Gender::kShe;
  if (gender != nullptr) *gender = drawn;
  const List& names = drawn == Gender::kHe ? MaleNames() : FemaleNames();
  static const List kHeEnds = Words("o us en ek in or an");
  static const List kSheEnds = Words("a ia ina e ette elle");
  return DrawInSplit(split, [&] {
    if (draw.Percent(15)) return Syllables(draw, 1, drawn == Gender::kHe ? kHeEnds : kSheEnds);
    return draw.Pick(names);
  });
}

std::string DrawSurname(Draw& draw, Split split) {
  return DrawInSplit(split, [&] { return SurnameCore(draw); });
}

Person DrawPerson(Draw& draw, Split split) {
  Person person;
  person.first = DrawFirstName(draw, split, &person.gender);
  person.last = DrawSurname(draw, split);
  return person;
}

std::string DrawPlace(Draw& draw, Split split) {
  std::string core = DrawInSplit(split, [&] { return PlaceCore(draw); });
  switch (draw.Below(24)) {
    case 0:
      return std::string(draw.Pick({"Upper ", "Lower ", "Great ", "Little ", "Old ", "North ", "West "})) + core;
    case 1:
      return std::string(draw.Pick({"Port ", "New ", "Fort ", "San ", "Mount ", "Lake "})) + core;
    case 2:
      return core + std::string(draw.Pick({" Green", " Hill", " Bay", " Cross", " Falls", " Bridge", " Point"}));
    case 3:
      return core + "-on-" + DrawInSplit(split, [&] { return PlaceCore(draw); });
    default:
      return core;
  }
}

std::string DrawRegion(Draw& draw, Split split) {
  std::string core = DrawInSplit(split, [&] { return PlaceCore(draw); });
  switch (draw.Below(5)) {
    case 0:
      return "the " + core +
             std::string(draw.Pick({" Valley", " Hills", " Plain", " Highlands", " Marshes", " Coast"}));
    case 1:
      return std::string(draw.Pick({"North ", "South ", "East ", "West ", "Upper "})) + core;
    case 2:
      return core + std::string(draw.Pick({"shire", "land", "mark"}));
    default:
      return core;
  }
}

std::string DrawRiver(Draw& draw, Split split) {
  static const List kEnds = Words("a e o er en in el");
  std::string core = DrawInSplit(split, [&] {
    return draw.Percent(50) ? Syllables(draw, 1, kEnds)
                            : Cat({draw.Pick(SurnameStarts()), draw.Pick({"e", "a", "en"})});
  });
  switch (draw.Below(3)) {
    case 0:
      return "the " + core;
    case 1:
      return "the River " + core;
    default:
      return "the river " + core;
  }
}

std::string DrawStreet(Draw& draw, Split split) {
  static const List kCommon = {"Mill", "Church", "Station", "Market", "High",    "Bridge", "Castle",
                               "Park", "School", "Garden",  "River",  "Harbour", "Baker",  "Chapel",
                               "Rose", "Cherry", "Orchard", "King",   "Queen",   "Abbey"};
  std::string core = DrawInSplit(split, [&] { return draw.Percent(40) ? draw.Pick(kCommon) : SurnameCore(draw); });
  return core + std::string(draw.Pick({" Street", " Street", " Road", " Lane", " Square", " Avenue", " Row"}));
}

std::string DrawCompany(Draw& draw, Split split) {
  std::string core = DrawSurname(draw, split);
  switch (draw.Below(6)) {
    case 0:
      return core + " and Sons";
    case 1:
      return core + " and " + DrawSurname(draw, split);
    case 2:
      return core + std::string(draw.Pick({" Brothers", " Sisters", " Limited", " Works", " and Company", " Group"}));
    case 3:
      return "the " + core + std::string(draw.Pick({" Company", " Trading Company", " Works", " Foundry", " Firm"}));
    default:
      return core + std::string(draw.Pick({" Foods", " Motors", " Tools", " Mills", " Glass", " Paper", " Textiles",
                                           " Shipping", " Electric", " Systems", " Printing", " Furniture"}));
  }
}

std::string DrawShop(Draw& draw, Split split) {
  switch (draw.Below(3)) {
    case 0:
      return Possessive(DrawSurname(draw, split));
    case 1:
      return DrawInSplit(split, [&] {
        return Cat({"the ", draw.Pick(NameAdjectives()), " ", draw.Pick(NameNouns())});
      });
    default:
      return Cat({DrawSurname(draw, split), draw.Pick({" Books", " Stores", " Corner", " Hardware", " Bakery"})});
  }
}

std::string DrawSchool(Draw& draw, Split split) {
  switch (draw.Below(4)) {
    case 0:
      return DrawPlace(draw, split) + " School";
    case 1:
      return Cat({DrawSurname(draw, split), draw.Pick({" College", " Academy", " Primary School"})});
    case 2:
      return "the " + DrawSurname(draw, split) + " School";
    default:
      return DrawStreet(draw, split) + " School";
  }
}

std::string DrawTeam(Draw& draw, Split split) {
  std::string place = DrawPlace(draw, split);
  if (draw.Percent(40)) return "the " + place + " " + Plural(draw.Pick(NameNouns()));
  return place + std::string(draw.Pick({" Rovers", " United", " Town", " Athletic", " Wanderers", " City"}));
}

std::string DrawShip(Draw& draw, Split split) {
  return DrawInSplit(split, [&]() -> std::string {
    switch (draw.Below(4)) {
      case 0:
        return "Lady " + draw.Pick(FemaleNames());
      case 1:
        return Cat({draw.Pick(NameNouns()), " of ", PlaceCore(draw)});
      default:
        return Cat({draw.Pick(NameAdjectives()), " ", draw.Pick(NameNouns())});
    }
  });
}

std::string DrawTitle(Draw& draw, Split split) {
  return DrawInSplit(split, [&]() -> std::string {
    switch (draw.Below(5)) {
      case 0:
        return Cat({"The ", draw.Pick(NameNouns()), " and the ", draw.Pick(NameNouns())});
      case 1:
        return Cat({draw.Pick(NameAdjectives()), " ", draw.Pick(NameNouns())});
      case 2:
        return Cat({"The ", draw.Pick(NameNouns()), " of ", PlaceCore(draw)});
      case 3:
        return Cat({draw.Pick({"Under the ", "Beyond the ", "Letters from the ", "A Night at the ", "Song of the ",
                               "Return to the ", "Under a "}),
                    draw.Pick(NameAdjectives()), " ", draw.Pick(NameNouns())});
      default:
        return Cat({"The ", draw.Pick(NameAdjectives()), " ", draw.Pick(NameNouns())});
    }
  });
}

std::string DrawPetName(Draw& draw, Split split) {
  static const List kPets = Words(
      "Pip Rex Bello Luna Muffin Rusty Biscuit Shadow Daisy Patch Ginger Smokey Tiger Bramble Nibbles Fluffy Coco "
      "Domino "
      "Pepper Scout Toffee Misty Socks Bandit Hazel Nutmeg Poppy Rolf Ziggy Mopsy Jet Snowy Whiskers Pudding Pickle "
      "Bonnie "
      "Sparky Waffles Clover Button Tinker Marble Fudge Sooty Maple Dusty");
  static const List kEnds = Words("y o ie a kin le");
  return DrawInSplit(split, [&] { return draw.Percent(70) ? draw.Pick(kPets) : Syllables(draw, 1, kEnds); });
}

std::string DrawClub(Draw& draw, Split split) {
  return Cat({"the ", DrawPlace(draw, split),
              draw.Pick({" Chess Club", " Rowing Club", " Walking Club", " Garden Society", " Film Club", " Choir",
                         " Sailing Club", " History Society", " Reading Circle", " Cycling Club", " Photo Club"})});
}

std::string DrawAward(Draw& draw, Split split) {
  return DrawInSplit(split, [&]() -> std::string {
    if (draw.Percent(50)) {
      return Cat({"the ", draw.Pick({"Golden ", "Silver ", "Bronze ", "Crystal ", "Great ", "Blue "}),
                  draw.Pick(NameNouns())});
    }
    return Cat({"the ", SurnameCore(draw), draw.Pick({" Prize", " Medal", " Award", " Cup"})});
  });
}

}  // namespace cairn::seed
