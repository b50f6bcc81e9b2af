// The door's messages about what the calibration is worth among the customers.
#include <boost/json.hpp>

#include "biometric/process/door.hpp"

namespace sesame::biometric::door {

namespace {

namespace json = boost::json;
using json::object;

constexpr std::size_t longest_text = 1024;
constexpr std::size_t most_points = 64;
constexpr std::uint64_t most = 1ULL << 52U;

}  // namespace

object write(const OwnRatesProgress& progress) {
  return {{"done", progress.done}, {"wanted", progress.wanted}};
}
OwnRatesProgress read_own_rates_progress(const object& from) {
  return {number_field(from, "done", most), number_field(from, "wanted", most)};
}

object write(const OwnRates& rates) {
  json::array points;
  for (const OwnRates::Point& point : rates.points)
    points.push_back({{"asked", point.asked},
                      {"found", point.found},
                      {"low", point.low},
                      {"high", point.high},
                      {"matches", point.matches},
                      {"threshold", point.threshold},
                      {"inUse", point.in_use}});
  json::array alike;
  for (const OwnRates::Alike& pair : rates.alike)
    alike.push_back({{"one", pair.one},
                     {"other", pair.other},
                     {"rate", pair.rate},
                     {"likeOnePerson", pair.like_one_person}});
  return {{"customers", rates.customers},
          {"drawn", rates.drawn},
          {"pairs", rates.pairs},
          {"pairsWanted", rates.pairs_wanted},
          {"points", std::move(points)},
          {"strictest", rates.strictest_rate},
          {"raises", rates.raises},
          {"alike", std::move(alike)},
          {"alikeInAll", rates.alike_in_all}};
}
OwnRates read_own_rates(const object& from) {
  OwnRates rates;
  rates.customers = number_field(from, "customers", most);
  rates.drawn = number_field(from, "drawn", most);
  rates.pairs = number_field(from, "pairs", most);
  rates.pairs_wanted = number_field(from, "pairsWanted", most);
  for (const object* point : objects_field(from, "points", most_points))
    rates.points.push_back({rate_field(*point, "asked"), rate_field(*point, "found"),
                            rate_field(*point, "low"), rate_field(*point, "high"),
                            number_field(*point, "matches", most), rate_field(*point, "threshold"),
                            rate_field(*point, "inUse")});
  rates.strictest_rate = rate_field(from, "strictest");
  rates.raises = flag_field(from, "raises");
  for (const object* pair : objects_field(from, "alike", most_alike))
    rates.alike.push_back({text_field(*pair, "one", longest_text), text_field(*pair, "other", longest_text),
                           rate_field(*pair, "rate"), flag_field(*pair, "likeOnePerson")});
  rates.alike_in_all = number_field(from, "alikeInAll", most);
  return rates;
}

}  // namespace sesame::biometric::door
