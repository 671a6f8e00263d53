#include "event_words.h"

namespace cairn::seed {

std::vector<std::string> CutList(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    size_t end = list.find('|');
    out.emplace_back(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
  return out;
}

std::string HeadOf(std::string object) {
  if (object[0] == '+' || object[0] == '~') object.erase(0, 1);
  return object;
}

std::string PlaceAnswer(const std::string& place) {
  for (std::string_view plain : {"in the ", "at the ", "on the ", "in a ", "in room", "in bay"})
    if (place.starts_with(plain)) return place.substr(3);
  return place;
}

const std::vector<EventVerb>& EventVerbs() {
  static const std::vector<EventVerb> verbs = {
      {"repair", "repaired", "repaired",
       "fence|roof|gate|clock|boat|bicycle|pump|chimney|gutter|fountain|stove|tractor",
       "a piece of wire|new screws|strong glue|two old boards|a borrowed spanner|a strip of leather", ""},
      {"mend", "mended", "mended", "net|coat|kettle|chair|tent|shoe|wheel|sail|pocket|doll",
       "a needle and thread|a drop of glue|a nail|black thread|a patch of canvas", ""},
      {"replace", "replaced", "replaced", "lock|bulb|battery|window pane|belt|filter|hinge|valve|fuse|handle", "", ""},
      {"paint", "painted", "painted", "door|shed|bench|ceiling|sign|wall|letter box|railing|rowing boat",
       "white paint|a wide brush|green oil paint|two coats of varnish|a roller", ""},
      {"build", "built", "built", "shed|tower|oven|bridge|raft|stage|wall|nest box|snowman|hut|greenhouse",
       "old bricks|wood from the mill|stones from the river|sheets of tin|clay and straw", ""},
      {"find", "found", "found",
       "ring|coin|key|purse|map|kitten|umbrella|wallet|bone|photograph|bottle|lamp|+spectacles|watch", "", ""},
      {"lose", "lost", "lost", "ticket|glove|earring|passport|notebook|hat|shoe|button|stick|whistle", "", ""},
      {"hide", "hid", "hidden", "treasure|present|box|diary|spare key|jewel|money tin|secret letter", "", ""},
      {"carry", "carried", "carried", "sack|trunk|ladder|table|piano|stretcher|log|suitcase|barrel",
       "a handcart|two ropes|a wheelbarrow|a mule", ""},
      {"bring", "brought", "brought",
       "cake|blanket|lantern|newspaper|bunch of flowers|bowl of soup|first aid kit|+sandwiches", "", "to"},
      {"send", "sent", "sent", "letter|parcel|postcard|invoice|telegram|invitation|sample|+seeds", "", "to"},
      {"give", "gave", "given", "medal|silver spoon|book|puppy|scarf|prize|violin|bracelet|+tools", "", "to"},
      {"buy", "bought", "bought",
       "carpet|horse|mirror|sewing machine|wardrobe|cow|second-hand van|desk|kayak|+curtains", "", "from"},
      {"sell", "sold", "sold", "house|field|motorbike|goat|painting|stamp collection|cart|mill|+apples", "", "to"},
      {"borrow", "borrowed", "borrowed", "drill|tent|trailer|dictionary|camera|saddle|lawn mower|wheelbarrow|dress", "",
       "from"},
      {"lend", "lent", "lent", "torch|rain jacket|guitar|cookery book|hammer|sledge|+skis", "", "to"},
      {"steal", "stole", "stolen", "necklace|statue|chicken|safe|flag|bell|wheel|crown|recipe", "", "from"},
      {"bake", "baked", "baked", "loaf|apple pie|birthday cake|plum tart|+biscuits|pizza|+rolls", "", "for"},
      {"cook", "cooked", "cooked", "stew|soup|goose|fish|+dumplings|pot of beans|+pancakes",
       "a camping stove|an iron pot", "for"},
      {"make", "made", "made", "candle|basket|kite|wooden spoon|quilt|mask|puppet|flute|necklace of shells",
       "cardboard and string|beeswax|willow twigs|old newspapers|scraps of cloth", "for"},
      {"plant", "planted", "planted", "lime tree|rose bush|hedge|vine|+onions|+potatoes|+tulips|walnut tree", "", ""},
      {"water", "watered", "watered", "lawn|vegetable bed|+geraniums|+tomatoes|young tree|+seedlings",
       "rain water|a garden hose|a leaking can", ""},
      {"feed", "fed", "fed", "donkey|+hens|+pigeons|cat|calf|+goldfish|+ducks|parrot|lamb",
       "dry bread|warm milk|boiled potatoes|sunflower seeds|hay and oats", ""},
      {"clean", "cleaned", "cleaned", "stove|chimney|carpet|cage|fountain|boiler|stable|fish tank|+brushes",
       "vinegar|hot water and soap|a wire brush|sand|lemon juice", ""},
      {"wash", "washed", "washed", "van|curtain|dog|tablecloth|+dishes|+blankets|jumper",
       "cold water|soft soap|a sponge", ""},
      {"polish", "polished", "polished", "trumpet|mirror|silver tray|floor|brass lamp|+boots",
       "a soft cloth|wax|toothpaste|ash and water", ""},
      {"lock", "locked", "locked", "gate|cellar|back door|drawer|chapel|office|gun cupboard", "", ""},
      {"open", "opened", "opened", "safe|window|tin|trunk|envelope|valve|hatch|jar",
       "a knife|a crowbar|a copper key|the wrong key|a hairpin", ""},
      {"close", "closed", "closed", "road|shutter|museum|lid|factory|harbour|bridge|curtain", "", ""},
      {"check", "checked", "checked", "brake|boiler|list|oil level|thermometer|meter|lifeboat|+tyres|+ropes", "", ""},
      {"measure", "measured", "measured", "room|plank|fish|ditch|temperature|step|hedge",
       "a piece of string|a folding ruler|a long pole", ""},
      {"weigh", "weighed", "weighed", "parcel|pumpkin|baby|pig|sack of flour|gold nugget",
       "an old brass scale|kitchen scales", ""},
      {"write", "wrote", "written", "poem|report|complaint|song|travel diary|speech|+recipes",
       "green ink|a pencil|a borrowed pen|a goose feather", ""},
      {"read", "read", "read", "story|will|map|notice|speech|timetable|+instructions", "a magnifying glass", "to"},
      {"show", "showed", "shown", "photo album|scar|magic trick|hidden path|old coin|new loom|+sketches", "", "to"},
      {"catch", "caught", "caught", "eel|mouse|thief|trout|butterfly|runaway calf|pike|+crabs",
       "a net|bare hands|a piece of cheese|a fishing rod|a lasso", ""},
      {"break", "broke", "broken", "vase|jug|window|leg|plate|oar|record|tooth|lamp", "", ""},
      {"spill", "spilled", "spilled", "~ink|~paint|bucket of milk|~acid|~wine|~petrol", "", ""},
      {"drop", "dropped", "dropped", "tray|camera|anchor|egg|glass|phone|parcel of books", "", ""},
      {"burn", "burned", "burned", "contract|+letters|~toast|old sofa|~rubbish|+leaves|straw hat", "", ""},
      {"cut", "cut", "cut", "hedge|rope|ribbon|~grass|~cheese|cable|cake",
       "a bread knife|garden shears|a blunt saw|a piece of glass", ""},
      {"collect", "collected", "collected", "+stamps|+chestnuts|+signatures|+eggs|+shells|~firewood|+tickets|~rent", "",
       ""},
      {"store", "stored", "stored", "+apples|~paint|+tools|~hay|+records|~grain|gas bottle", "", ""},
      {"park", "parked", "parked", "lorry|tractor|bus|caravan|fire engine|forklift|scooter", "", ""},
      {"hang", "hung", "hung", "coat|picture|key|lantern|+herbs|bell|apron|wet towel",
       "a nail|a hook|a piece of string", ""},
      {"draw", "drew", "drawn", "map|portrait|plan|horse|cross|+circles", "charcoal|a stick|red chalk|a ruler", ""},
      {"photograph", "photographed", "photographed", "eclipse|stork|ruin|wedding|comet|+orchids",
       "an old camera|a telephone", ""},
      {"deliver", "delivered", "delivered", "wardrobe|~milk|~coal|+newspapers|pizza|~medicine|+crates",
       "a cargo bike|an electric van", "to"},
      {"order", "ordered", "ordered", "spare part|drum|cupboard|uniform|microscope|new sign|+bulbs", "", "from"},
      {"load", "loaded", "loaded", "ship|wagon|camel|trailer|lift", "a crane|forks and shovels", ""},
      {"win", "won", "won", "race|raffle|silver cup|spelling contest|rowing match|bronze medal", "", ""},
      {"rescue", "rescued", "rescued", "cat|sailor|lamb|climber|swan|child|deer",
       "a ladder|a rope|a rubber boat|a fishing net", ""},
      {"invent", "invented", "invented", "machine|lamp|board game|new alphabet|mouse trap|secret code", "", ""},
      {"discover", "discovered", "discovered", "cave|comet|spring|mistake|tunnel|island|skeleton", "", ""},
      {"teach", "taught", "taught", "folk dance|song|card game|yoga class|new stroke", "", ""},
      {"organise", "organised", "organised", "concert|book sale|strike|walk|tournament|picnic|blood donation", "", ""},
      {"cancel", "cancelled", "cancelled", "meeting|boat trip|order|lesson|parade|flight|wedding", "", ""},
      {"count", "counted", "counted", "+sheep|+votes|+passengers|+swallows|+coins|+empty seats", "a clicker|matches",
       ""},
      {"dig", "dug", "dug", "ditch|well|grave|pond|tunnel|hole", "a spade|a small digger|a soup spoon", ""},
      {"move", "moved", "moved", "statue|piano|fence|beehive|cupboard|bed|printing press",
       "a lift truck|ropes and rollers", ""},
      {"throw", "threw", "thrown", "ball|stone|rope|snowball|life belt|boot", "", ""},
      {"pack", "packed", "packed", "suitcase|~lunch|~china|rucksack|+skates", "old newspapers|straw", ""},
      {"drive", "drove", "driven", "school bus|tractor|ambulance|hay cart|taxi|snow plough", "", ""},
      {"test", "tested", "tested", "alarm|parachute|recipe|engine|~medicine|bridge", "a heavy weight|warm water", ""},
      {"choose", "chose", "chosen", "wallpaper|song|captain|puppy|name|hymn", "", "for"},
      {"sharpen", "sharpened", "sharpened", "axe|scythe|knife|pencil|chisel", "a file|a wet stone", ""},
      {"forget", "forgot", "forgotten", "birthday|umbrella|password|shopping list|appointment|violin", "", ""},
      {"return", "returned", "returned", "library book|key|bicycle|dinner jacket|+plates|film", "", "to"},
      {"empty", "emptied", "emptied", "bin|pond|rain barrel|ash tray|letter box|cesspit", "a bucket|a hand pump", ""},
      {"cover", "covered", "covered", "well|wound|haystack|mirror|boat|+strawberries",
       "a wet cloth|straw|a plastic sheet|an old sail", ""},
      {"record", "recorded", "recorded", "concert|interview|~bird song|~rainfall|speech|ghost story",
       "a tape recorder|a notebook", ""}};
  return verbs;
}

const std::vector<std::string>& EventPlaces() {
  static const std::vector<std::string> all = CutList(
      "in the kitchen|in the cellar|in the barn|behind the barn|behind the school|under the old oak|at the market|near "
      "the "
      "river|beside the chapel|on the roof|in the attic|at the railway station|in front of the town hall|in the back "
      "garden|between two rocks|under the stairs|on the beach|in the hall|next to the well|at the foot of the hill|in "
      "room "
      "12|in the workshop|on the first floor|on the bottom shelf|in the grey cabinet|at the north gate|outside the "
      "bakery|in "
      "the library|behind the stove|by the pond|in the churchyard|on the village green|at the harbour|in a ditch|on "
      "the "
      "bridge|in the waiting room|under a bench|near the fire station|above the shop|opposite the bank|in the metal "
      "bin|at "
      "the bus stop|in the greenhouse|on the top step|in bay 4|beside the east door|inside a hollow tree|on the "
      "kitchen "
      "table|in the stable|at the back of the museum|along the canal|in the school yard|on the landing|in the "
      "clinic|under the "
      "bed|on the other side of the road|in a glass case|at the top of the tower|near the ferry|in the staff room");
  return all;
}

const std::vector<std::string>& EventReasons() {
  static const std::vector<std::string> all = CutList(
      "the old one had rusted|nobody else had time|it was raining hard|the doctor had advised it|the bus was late|the "
      "wind had "
      "damaged it|there was no more room|guests were coming|the river had risen|the price had gone up|a neighbour had "
      "complained|the light was bad|it smelled of smoke|the children were hungry|the lease had ended|the ice was too "
      "thin|the "
      "key was missing|the dog kept barking|winter was coming|a pipe had burst|the inspector was due|there was a "
      "bet|the wood "
      "was rotten|somebody had asked for it|it was too heavy|the battery was flat|the shop was closed|a tree had "
      "fallen|the "
      "paint was still wet|mice had got in|the law required it|an uncle was ill|the school needed money|it was "
      "somebody's "
      "birthday|the path was blocked|the train did not run|it looked dangerous|the colour had faded|the tide was "
      "low|the old "
      "teacher had retired|the engine made a strange noise|it was cheaper|the boss was away|bees had settled there|the "
      "heating "
      "had failed|a storm was forecast|the ground was frozen|the label was wrong|it had stopped working");
  return all;
}

const std::vector<std::string>& EventPurposes() {
  static const std::vector<std::string> all = CutList(
      "to keep out the cold|to win a bet|to please the children|to save money|to frighten the birds|to help a "
      "friend|to make "
      "room|to raise money for the school|to be on the safe side|to surprise the guests|to stop the noise|to get "
      "better "
      "light|to keep the fox away|to pay a debt|to practise for the contest|to dry the floor|to avoid an accident|to "
      "please "
      "the mayor|to keep the dust out|to remember the old days");
  return all;
}

const std::vector<std::string>& PastTimes() {
  static const std::vector<std::string> all = CutList(
      "after the storm|before breakfast|the next morning|during the night|two weeks later|three days ago|shortly after "
      "eight|at noon|just before midnight|last summer|early on Sunday|at half past six|at the end of the shift|after "
      "supper|during the war|a year later|on Christmas Eve|at dawn|at a quarter to nine|after the second rehearsal|on "
      "the first "
      "day of spring|last week|before the guests arrived|at closing time|on New Year's Day|after school|about ten "
      "minutes "
      "later|in the middle of the night|during the lunch break|the day before yesterday|on the way home|as soon as the "
      "rain "
      "stopped");
  return all;
}

const std::vector<std::string>& HabitTimes() {
  static const std::vector<std::string> all = CutList(
      "every evening|every morning|once a week|twice a month|every other day|on Saturdays|on Mondays|in winter|in the "
      "summer holidays|at five every afternoon|before every meal|on rainy days|every spring|three times a day|on the "
      "last Friday "
      "of the month|after every lesson|at weekends|on Thursdays|every two hours|at the start of each term|once a "
      "year|on market "
      "days|at six in the morning|in the school holidays");
  return all;
}

const std::vector<std::string>& Conditions() {
  static const std::vector<std::string> all = CutList(
      "the red lamp is on|the bell rings|it rains|there is frost|the alarm sounds|the level is too low|a visitor "
      "comes|the water "
      "is hot|nobody answers|the shift is over|the wind is strong|you smell gas|the screen stays dark|the tank is "
      "full|you hear "
      "a long beep|the power fails|a child is alone|the parcel is damaged|the pressure falls|the green light blinks");
  return all;
}

const std::vector<std::string>& Asides() {
  static const std::vector<std::string> all = CutList(
      "It was not a good idea, as it turned out.|Nobody had expected that.|You can imagine the noise.|Nothing like "
      "that had "
      "happened before.|Everyone laughed about it afterwards.|It did not help much.|That was that.|At first nobody "
      "noticed.|Luckily nobody was hurt.|It sounds easier than it is.|There was a lot of talk about it.|We still do "
      "not know "
      "what to think of it.|That took some courage.|Please do not try this at home.|Thank you all for your "
      "patience.|It was "
      "worth the trouble.|Some things never change.|The rest of the day was quiet.|What a day that was!|I would have "
      "done the "
      "same.|So far, so good.|You should have seen the faces.|That is how it has always been done here.|Sorry for the "
      "trouble!|As "
      "you know, we are a small team.");
  return all;
}

const std::vector<std::string>& GroupAgents() {
  static const std::vector<std::string> all = CutList(
      "the neighbours|two boys|the children|some volunteers|the firemen|the twins|three students|the villagers|the "
      "teachers|several members|the owners|two strangers|the scouts|the workers|the musicians|the players");
  return all;
}

}  // namespace cairn::seed
