#include "pools.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/file.h"
#include "text.h"

namespace cairn::seed {
namespace {

std::string Number(int n) { return std::to_string(n); }

// 12400 -> "12,400".
std::string Grouped(int n) {
  std::string digits = Number(n);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), 1, ',');
  return digits;
}

std::string DigitsOrWord(Draw& draw, int n) { return draw.Percent(50) ? Number(n) : NumberWord(n); }

std::string MonthName(Draw& draw) {
  return std::string(draw.Pick({"January", "February", "March", "April", "May", "June", "July", "August", "September",
                                "October", "November", "December"}));
}

std::string MakePerson(Draw& draw, Split split) {
  Person person = DrawPerson(draw, split);
  bool he = person.gender == Gender::kHe;
  switch (draw.Below(14)) {
    case 0:
      return (he ? "Mr " : "Mrs ") + person.last;
    case 1:
      return std::string(draw.Pick({"Dr ", "Professor ", "Captain ", "Judge ", "Father ", "Aunt ", "Uncle "})) +
             person.last;
    case 2:
    case 3:
      return person.first;
    case 4:
      return person.first + " " + std::string(1, static_cast<char>('A' + draw.Below(26))) + ". " + person.last;
    case 5:
      return (he ? "Mr " : "Ms ") + person.full();
    default:
      return person.full();
  }
}

std::string MakeYear(Draw& draw, Split) {
  uint32_t style = draw.Below(10);
  if (style < 2) return Number(draw.Between(1400, 1799));
  if (style < 5) return Number(draw.Between(1800, 1899));
  if (style < 8) return Number(draw.Between(1900, 1999));
  return Number(draw.Between(2000, 2025));
}

std::string MakeDate(Draw& draw, Split split) {
  int day = draw.Between(1, 28);
  std::string month = MonthName(draw);
  switch (draw.Below(7)) {
    case 0:
      return month + " " + Number(day);
    case 1:
      return Number(day) + " " + month + " " + MakeYear(draw, split);
    case 2:
      return "the " + Ordinal(day) + " of " + month;
    case 3:
      return std::string(draw.Pick({"the first of ", "the second of ", "the third of ", "the last day of "})) + month;
    case 4:
      return month + " " + Ordinal(day);
    default:
      return Number(day) + " " + month;
  }
}

std::string MakeTime(Draw& draw, Split) {
  int hour = draw.Between(1, 12);
  static constexpr std::array<int, 11> kMinutes = {5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55};
  int minute = kMinutes[draw.Below(kMinutes.size())];
  auto padded = [](int n) { return (n < 10 ? "0" : "") + Number(n); };
  switch (draw.Below(11)) {
    case 0:
      return NumberWord(hour) + " o'clock";
    case 1:
      return "half past " + NumberWord(hour);
    case 2:
      return std::string(
                 draw.Pick({"a quarter past ", "a quarter to ", "ten past ", "twenty to ", "five to ", "ten to "})) +
             NumberWord(hour);
    case 3:
      return Number(hour) + std::string(draw.Pick({" am", " pm", "am", "pm"}));
    case 4:
      return Number(hour) + ":" + padded(minute) + std::string(draw.Pick({" am", " pm"}));
    case 5:
      return Cat({Number(draw.Between(13, 23)), ":", padded(draw.Percent(30) ? 0 : minute)});
    case 6:
      return Number(hour) + "." + padded(minute) + std::string(draw.Pick({"", " pm", " am"}));
    case 7:
      return NumberWord(hour) + std::string(draw.Pick({" in the morning", " in the afternoon", " in the evening"}));
    case 8:
      return std::string(draw.Pick({"noon", "midnight", "sunrise", "sunset", "midday"}));
    case 9:
      return Number(hour) + " o'clock";
    default:
      return Cat({Number(draw.Between(6, 12)), ":", padded(draw.Percent(30) ? 0 : minute)});
  }
}

std::string MakeHourRange(Draw& draw, Split) {
  int open = draw.Between(6, 11);
  int close = draw.Between(1, 9);
  switch (draw.Below(6)) {
    case 0:
      return "from " + NumberWord(open) + " to " + NumberWord(close);
    case 1:
      return Cat({"from ", Number(open), ":", draw.Pick({"00", "30"}), " to ", Number(close + 12), ":",
                  draw.Pick({"00", "30"})});
    case 2:
      return "from " + Number(open) + " am to " + Number(close) + " pm";
    case 3:
      return "between " + NumberWord(open) + " and " + NumberWord(close);
    case 4:
      return Cat({"from ", draw.Pick({"noon", "dawn", "sunrise"}), " to ",
                  draw.Pick({"midnight", "dusk", "sunset", "nine at night"})});
    default:
      return "from " + NumberWord(open) + " in the morning to " + NumberWord(close) +
             std::string(close > 5 ? " in the evening" : " in the afternoon");
  }
}

std::string MakeAge(Draw& draw, Split) { return DigitsOrWord(draw, draw.Between(5, 90)); }
std::string MakeNumber(Draw& draw, Split) {
  int n = draw.Between(2, 20);
  return draw.Percent(65) ? NumberWord(n) : Number(n);
}

std::string MakeBigNumber(Draw& draw, Split) {
  if (draw.Percent(12)) return NumberWord(draw.Between(3, 90) * 10);
  if (draw.Percent(10)) return NumberWord(draw.Between(30, 99));
  return Number(draw.Percent(40) ? draw.Between(3, 90) * 10 : draw.Between(30, 900));
}

std::string MakeThousands(Draw& draw, Split) {
  int n = draw.Between(10, 990);
  n *= draw.Percent(60) ? 100 : 1000;
  switch (draw.Below(5)) {
    case 0:
      return Number(n);
    case 1:
      return NumberWord(draw.Between(2, 60)) + " thousand";
    case 2:
      return Grouped(draw.Between(1000, 99999));
    default:
      return Grouped(n);
  }
}

std::string MakePrice(Draw& draw, Split) {
  int n = draw.Percent(70) ? draw.Between(2, 30) : draw.Between(31, 950);
  int tens = draw.Between(1, 9) * 10;
  std::string cents = Number(tens + (draw.Percent(50) ? 5 : 0));
  switch (draw.Below(9)) {
    case 0:
      return "$" + Number(n);
    case 1:
      return "$" + Number(n) + "." + cents;
    case 2:
      return Number(n) + "." + cents + std::string(draw.Pick({" euros", " pounds", " dollars"}));
    case 3:
      return Cat({Number(draw.Between(20, 95)), draw.Pick({" cents", " pence"})});
    case 4:
      return Cat({NumberWord(draw.Between(2, 30)), draw.Pick({" crowns", " pounds", " euros", " dollars"})});
    case 5:
      return Cat({NumberWord(draw.Between(2, 30)), draw.Pick({" coins", " silver coins", " shillings", " marks"})});
    case 6:
      return draw.Percent(50) ? "£" + Number(n) : "€" + Number(n);
    default:
      return Number(n) + std::string(draw.Pick({" crowns", " pounds", " euros", " dollars", " francs", " marks"}));
  }
}

std::string WithUnit(Draw& draw, int low, int high, std::initializer_list<std::string_view> units) {
  int n = draw.Between(low, high);
  uint32_t style = draw.Below(10);
  std::string unit(draw.Pick(units));
  if (style < 3) return NumberWord(n) + " " + unit;
  if (style < 5) return Number(n) + "." + Number(draw.Between(1, 9)) + " " + unit;
  return Number(n) + " " + unit;
}

std::string MakeWeight(Draw& draw, Split) {
  switch (draw.Below(3)) {
    case 0:
      return Number(draw.Between(2, 19) * 50) + " grams";
    case 1:
      return WithUnit(draw, 2, 40, {"tons", "tonnes"});
    default:
      return WithUnit(draw, 2, 90, {"kilos", "kilograms", "pounds", "kg"});
  }
}

std::string MakeLength(Draw& draw, Split) { return WithUnit(draw, 2, 99, {"metres", "metres", "feet", "centimetres"}); }
std::string MakeHeight(Draw& draw, Split) { return WithUnit(draw, 3, 99, {"metres", "metres", "feet"}); }
std::string MakeDistance(Draw& draw, Split) {
  return WithUnit(draw, 2, 90, {"kilometres", "miles", "kilometres", "km"});
}

std::string MakeDuration(Draw& draw, Split) {
  switch (draw.Below(6)) {
    case 0:
      return WithUnit(draw, 2, 12, {"hours", "weeks", "months", "years"});
    case 1:
      return Number(draw.Between(1, 11) * 5) + " minutes";
    case 2:
      return std::string(draw.Pick({"half an hour", "an hour", "an hour and a half", "a quarter of an hour",
                                    "a whole day", "a week", "a fortnight", "three quarters of an hour", "a month",
                                    "half a day", "half a year", "two and a half hours"}));
    case 3:
      return NumberWord(draw.Between(2, 50)) + " minutes";
    default:
      return Cat({DigitsOrWord(draw, draw.Between(2, 30)), draw.Pick({" days", " weeks", " minutes", " hours"})});
  }
}

std::string MakeTemperature(Draw& draw, Split) {
  return Cat({DigitsOrWord(draw, draw.Between(5, 95)), draw.Pick({" degrees", " degrees", " degrees Celsius"})});
}
std::string MakePercent(Draw& draw, Split) {
  int n = draw.Between(2, 98);
  return draw.Percent(40) ? Number(n) + "%" : DigitsOrWord(draw, n) + " per cent";
}
std::string MakeSpeed(Draw& draw, Split) {
  return Cat({Number(draw.Between(8, 180)),
              draw.Pick({" kilometres an hour", " km/h", " miles an hour", " kilometres per hour", " knots"})});
}
std::string MakeCode(Draw& draw, Split) {
  std::string letters(1, static_cast<char>('A' + draw.Below(26)));
  if (draw.Percent(25)) letters += static_cast<char>('A' + draw.Below(26));
  switch (draw.Below(4)) {
    case 0:
      return letters + Number(draw.Between(1, 99));
    case 1:
      return letters + " " + Number(draw.Between(10, 990));
    default:
      return letters + "-" + Number(draw.Between(2, 990));
  }
}
std::string MakeRoomNumber(Draw& draw, Split) {
  if (draw.Percent(20)) return std::string(draw.Pick({"room A", "room B", "room C", "hall 1", "hall 2", "hall 3"}));
  return "room " + Number(draw.Between(1, 420));
}
std::string MakePhone(Draw& draw, Split) {
  auto digits = [&](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>('0' + draw.Below(10));
    return out;
  };
  switch (draw.Below(3)) {
    case 0:
      return Cat({"0", digits(3), " ", digits(5)});
    case 1:
      return Cat({digits(3), "-", digits(4)});
    default:
      return Cat({digits(2), " ", digits(2), " ", digits(2)});
  }
}
std::string MakeYesNo(Draw& draw, Split) { return draw.Percent(50) ? "yes" : "no"; }
std::string MakeBoat(Draw& draw, Split split) { return DrawShip(draw, split); }

struct Rule {
  const char* name;
  std::string (*make)(Draw& draw, Split split);
};
constexpr Rule kRules[] = {{"person", MakePerson},
                           {"surname", DrawSurname},
                           {"place", DrawPlace},
                           {"region", DrawRegion},
                           {"river", DrawRiver},
                           {"street", DrawStreet},
                           {"company", DrawCompany},
                           {"shop", DrawShop},
                           {"school", DrawSchool},
                           {"team", DrawTeam},
                           {"ship", DrawShip},
                           {"boat", MakeBoat},
                           {"animalname", DrawPetName},
                           {"year", MakeYear},
                           {"date", MakeDate},
                           {"time", MakeTime},
                           {"hour_range", MakeHourRange},
                           {"age", MakeAge},
                           {"number", MakeNumber},
                           {"bignumber", MakeBigNumber},
                           {"thousands", MakeThousands},
                           {"price", MakePrice},
                           {"weight", MakeWeight},
                           {"length", MakeLength},
                           {"height", MakeHeight},
                           {"distance", MakeDistance},
                           {"duration", MakeDuration},
                           {"temperature", MakeTemperature},
                           {"percent", MakePercent},
                           {"speed", MakeSpeed},
                           {"book", DrawTitle},
                           {"song", DrawTitle},
                           {"club", DrawClub},
                           {"award", DrawAward},
                           {"code", MakeCode},
                           {"room_number", MakeRoomNumber},
                           {"phone", MakePhone},
                           {"yesno", MakeYesNo}};

bool IsPlainWord(const std::string& text) {
  return text.size() >= 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

Result<Pools> Pools::Load(const std::string& words_path) {
  CAIRN_ASSIGN(std::string text, ReadFile(words_path, uint64_t{1} << 24));
  Pools pools;
  for (const Rule& rule : kRules) pools.pools_[rule.name] = {rule.name, {}, rule.make};
  try {
    YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) return BadInput("this must be a map from pool names to lists", words_path);
    for (const auto& entry : root) {
      std::string name = entry.first.as<std::string>();
      std::string where = words_path + ":" + std::to_string(entry.first.Mark().line + 1);
      if (!entry.second.IsSequence() || entry.second.size() == 0)
        return BadInput("pool " + name + " has no list", where);
      if (pools.pools_.count(name) != 0) return BadInput("pool " + name + " exists already", where);
      pools.pools_[name] = {name, entry.second.as<std::vector<std::string>>(), nullptr};
    }
  } catch (const YAML::Exception& error) {
    return BadInput(error.msg, words_path + ":" + std::to_string(error.mark.line + 1));
  }
  std::set<std::string> plain;
  for (const auto& [name, pool] : pools.pools_)
    for (const std::string& word : pool.words)
      if (IsPlainWord(word)) plain.insert(word);
  pools.plain_words_.assign(plain.begin(), plain.end());
  return pools;
}

const Pool* Pools::Find(std::string_view name) const {
  auto found = pools_.find(name);
  return found == pools_.end() ? nullptr : &found->second;
}

const Pool& Pools::Get(std::string_view name) const {
  const Pool* pool = Find(name);
  CAIRN_CHECK(pool != nullptr);
  return *pool;
}

}  // namespace cairn::seed
