#include "open_words.h"

#include <string_view>

#include "event_words.h"
#include "text.h"

namespace cairn::seed {
namespace {

std::string RegularPast(const std::string& base) {
  if (base.ends_with("e")) return base + "d";
  if (base.ends_with("y") && !IsVowel(base[base.size() - 2])) return base.substr(0, base.size() - 1) + "ied";
  return base + "ed";
}

}  // namespace

std::vector<VerbForms> ParseVerbs(std::string_view list) {
  std::vector<VerbForms> verbs;
  for (const std::string& entry : CutList(list)) {
    size_t first = entry.find(':'), second = first == std::string::npos ? first : entry.find(':', first + 1);
    VerbForms verb{entry.substr(0, first), "", ""};
    verb.past = first == std::string::npos ? RegularPast(verb.base) : entry.substr(first + 1, second - first - 1);
    verb.participle = second == std::string::npos ? verb.past : entry.substr(second + 1);
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

const std::vector<VerbForms>& ObjectVerbs() {
  static const std::vector<VerbForms> verbs = ParseVerbs(
      "clean|polish|wash|paint|mend|repair|move|lift|push|pull|turn|open|close|lock|check|count|measure|test|cover|"
      "carry|deliver|collect|gather|store|pack|unpack|load|unload|order|request|borrow|return|rent|hire|inspect|"
      "examine|describe|mention|praise|blame|admire|ignore|watch|follow|guard|protect|defend|attack|rescue|save|"
      "discover|notice|recognise|remember|forget:forgot:forgotten|miss|want|need|demand|refuse|accept|receive|welcome|"
      "visit|enter|cross|climb|reach|pass|touch|press|squeeze|scratch|crack|damage|ruin|destroy|burn:burnt|melt|"
      "freeze:froze:frozen|heat|cool|dry|soak|stir:stirred|mix|pour|fill|empty|drain|boil|roast|bake|grill|peel|chop:"
      "chopped|slice|cut:cut|saw:sawed:sawn|drill|hammer|nail|glue|tape|tie|untie|wrap:wrapped|fold|unfold|iron|sew:"
      "sewed:sewn|knit:knitted|weave:wove:woven|dye|decorate|design|plan:planned|invent|construct|build:built|rebuild:"
      "rebuilt|make:made|produce|manufacture|assemble|dismantle|break:broke:broken|bend:bent|straighten|sharpen|oil|"
      "grease|replace|remove|add|install|connect|disconnect|start|stop:stopped|control|steer|drive:drove:driven|park|"
      "tow|ride:rode:ridden|feed:fed|groom|train|tame|catch:caught|trap:trapped|release|free|chase|hunt|shoot:shot|"
      "bury|dig up:dug up|plant|water|harvest|pick|grow:grew:grown|trim:trimmed|weigh|sell:sold|buy:bought|"
      "exchange|swap:swapped|auction|donate|lend:lent|give away:gave away:given away|share|divide|win:won|lose:lost|"
      "find:found|hide:hid:hidden|steal:stole:stolen|throw:threw:thrown|drop:dropped|kick|hit:hit|hold:held|keep:kept|"
      "leave:left|bring:brought|take:took:taken|send:sent|fetch|show:showed:shown|display|exhibit|photograph|film|draw:"
      "drew:drawn|sketch|carve|engrave|print|publish|write:wrote:written|sign|stamp|copy|translate|read:read|"
      "read out:read out|sing:sang:sung|record|broadcast|advertise|announce|celebrate|honour|ban:banned|forbid:forbade:"
      "forbidden|allow|recommend|choose:chose:chosen|select|elect|reject|cancel:cancelled|delay|finish|complete|begin:"
      "began:begun|organise|arrange|manage|lead:led|run:ran:run|found|own|hate|love|like|dislike|fear|enjoy|use|wear:"
      "wore:worn|eat:ate:eaten|drink:drank:drunk|taste|smell|hear:heard|see:saw:seen|study|teach:taught|explain|"
      "discuss|solve|prove|support|sponsor|finance|insure|tax|register|label:labelled|number|sort|weld|bless|light:lit|"
      "extinguish|lower|raise|hang up:hung up|take down:took down:taken down|set up:set up|put away:put away|look for:"
      "looked for|wait for:waited for|pay for:paid for|ask for:asked for|care for:cared for|laugh at:laughed at|"
      "talk about:talked about|bump into:bumped into");
  return verbs;
}

const std::vector<VerbForms>& PlainVerbs() {
  static const std::vector<VerbForms> verbs = ParseVerbs(
      "stand:stood|lie:lay:lain|live|sleep:slept|work|grow:grew:grown|turn|shine:shone|swim:swam:swum|wait|stop:"
      "stopped|begin:began:begun|end|open|close|arrive|rise:rose:risen|fall:fell:fallen|burn:burnt|float|ring:rang:"
      "rung|run:ran:run|travel:travelled|meet:met|rest|sing:sang:sung|dance|play|move|flash|blink|rattle|squeak|leak|"
      "collapse|explode|sink:sank:sunk|drift|land|crash|disappear|appear|return|retire|study|train|practise|perform|"
      "graze|nest|hunt|hide:hid:hidden|hibernate|breed:bred|bloom|ripen|dry|freeze:froze:frozen|melt|rust|rot:rotted|"
      "rotate|swing:swung|hang:hung|sit:sat|kneel:knelt|camp|gather|protest|march|queue|shop:shopped|eat:ate:eaten|"
      "smoke|steam|hum:hummed|buzz|whistle|howl|bark|crow");
  return verbs;
}

const std::vector<std::string>& PersonRelations() {
  static const std::vector<std::string> all = CutList(
      "owner|founder|guide|captain|keeper|cook|mayor|teacher|driver|head|leader|inventor|builder|painter|doctor|"
      "secretary|treasurer|manager|gardener|coach|judge|editor|night watchman|first owner|last keeper|youngest member|"
      "oldest member|pilot|director|caretaker|winner|author|designer|architect|chief engineer|president|deputy|"
      "accountant|cashier|porter|cleaner|apprentice|nurse|vet|butler|translator|conductor|composer|organist|goalkeeper|"
      "trainer|spokesman|patron|heir|tenant|landlord|discoverer|sculptor|photographer|librarian|chairwoman|supervisor|"
      "foreman|first teacher|oldest customer|best customer|former owner|new manager|harbour master|head gardener|"
      "ticket seller|cloakroom attendant|sponsor|host|referee|lawyer|blacksmith|carpenter|storyteller|rival|neighbour");
  return all;
}

const std::vector<std::string>& ThingRelations() {
  static const std::vector<std::string> all = CutList(
      "emblem|symbol|main product|oldest thing|newest machine|pride|speciality|best seller|main crop|first prize|"
      "mascot|trademark|badge|flag|signal|logo|treasure|most valuable thing|strangest exhibit|heaviest part|only "
      "decoration|first cargo|main export|usual gift|lucky charm|birthday present|price for the winner|sign|secret "
      "ingredient|raw material|fuel|usual breakfast|favourite toy|oldest part|smallest part|weakest part|most popular "
      "dish|centre|border|cover|filling|packaging|source of heat|first purchase|latest invention|greatest loss");
  return all;
}

const std::vector<std::string>& NamedRelations() {
  static const std::vector<std::string> all = CutList(
      "dog|cat|bell|boat|fog horn|ship|horse|newspaper|song|band|cave|tower|bridge|well|oldest tree|statue|parrot|"
      "donkey|engine|clock|drum|locomotive|robot|goat|spring|main hall|tea room|ferry|swan|festival|choir|play|dance|"
      "biggest bell|flagship|lake|hill|computer|cannon|organ|cake|cheese|wine|puppet|dragon|ghost|snake");
  return all;
}

const std::vector<std::string>& OpenGroups() {
  static const std::vector<std::string> all = CutList(
      "the islanders|visitors|the children|the fishermen|tourists|the farmers|the monks|students|the sailors|the "
      "guests|passengers|the villagers|the volunteers|the workers|customers|the neighbours|the players|members|the "
      "nurses|the soldiers|pilgrims|the miners|hikers|the twins|the engineers|the bakers|the council|the committee");
  return all;
}

const std::vector<std::string>& OpenStates() {
  static const std::vector<std::string> all = CutList(
      "closed|silent|empty|dark|locked|flooded|out of order|full|covered in snow|without light|without water|in "
      "danger|late|dirty|wet|crowded|sold out|unsafe|deserted|frozen|in the newspaper|for sale|hidden|forbidden");
  return all;
}

const std::vector<std::string>& OpenNouns() {
  static const std::vector<std::string> all = CutList(
      "telescope|lantern|ladder|barrel|anchor|carpet|statue|cupboard|machine|engine|wheel|mirror|window|gate|fence|"
      "chimney|stove|kettle|spoon|plate|basket|blanket|pillow|curtain|candle|lamp|clock|watch|ring|necklace|crown|coin|"
      "medal|flag|drum|violin|trumpet|piano|bell|whistle|map|globe|compass|book|diary|letter|envelope|stamp|newspaper|"
      "notebook|pencil|brush|painting|photograph|camera|radio|telephone|computer|printer|battery|cable|switch|pump|"
      "valve|pipe|tank|bucket|hose|hammer|saw|drill|screw|nail|rope|chain|hook|net|trap|cage|kennel|stable|barn|shed|"
      "mill|tower|bridge|tunnel|well|fountain|pond|garden|hedge|tree|branch|leaf|root|seed|flower|fruit|pumpkin|loaf|"
      "cake|pie|cheese|sausage|soup|jar|bottle|cup|glass|bowl|tray|cart|wagon|sledge|bicycle|tractor|lorry|bus|tram|"
      "train|carriage|boat|raft|canoe|ferry|ship|sail|mast|oar|tent|hut|cabin|castle|palace|church|chapel|temple|"
      "museum|library|school|hospital|prison|factory|workshop|office|shop|market|inn|kitchen|cellar|attic|roof|wall|"
      "door|floor|stair|balcony|bench|table|chair|stool|bed|desk|shelf|drawer|trunk|suitcase|bag|purse|wallet|umbrella|"
      "coat|hat|glove|scarf|boot|shirt|dress|apron|uniform|mask|helmet|shield|sword|bow|arrow|cannon|stone|rock|brick|"
      "tile|plank|beam|pole|stick|wire|spring|magnet|lens|bulb|thermometer|scale|calendar|poster|sign|ticket|bill|"
      "contract|recipe|song|poem|film|play|game|puzzle|doll|kite|ball|balloon|puppet|robot|rocket|goat|donkey|horse|"
      "cow|pig|hen|duck|goose|swan|parrot|owl|cat|dog|rabbit|hamster|turtle|snake|frog|fish|crab|bee|spider|fox|wolf|"
      "bear|deer|monkey|lion|tiger|camel|elephant|whale|dolphin|seal|road|path|river|lake|island|beach|cave|hill|field|"
      "meadow|forest|orchard|vineyard|quarry|mine|dam|canal|lock|harbour|pier|lighthouse|airport|station|platform|"
      "crane|lift|ramp|oven|fridge|freezer|toaster|mixer|sieve|pan|lid|knife|fork|napkin|towel|sponge|broom|mop|iron|"
      "button|zip|needle|thread|ribbon|lace|quilt|rug|cushion|sofa|wardrobe|cradle|pram|toy|sandpit|swing|slide");
  return all;
}

}  // namespace cairn::seed
