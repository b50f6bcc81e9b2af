#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "spi/contract/envelope.hpp"

namespace sesame::contract {
namespace {

namespace json = boost::json;
using Kind = EnvelopeFault::Kind;

Envelope good(std::string_view text) {
  auto result = parse_envelope(text);
  const EnvelopeFault* fault = std::get_if<EnvelopeFault>(&result);
  EXPECT_EQ(fault, nullptr) << text << '\n' << (fault ? fault->description : "");
  return fault ? Envelope{} : std::get<Envelope>(std::move(result));
}

EnvelopeFault bad(std::string_view text) {
  auto result = parse_envelope(text);
  EXPECT_TRUE(std::holds_alternative<EnvelopeFault>(result)) << text;
  return std::holds_alternative<EnvelopeFault>(result) ? std::get<EnvelopeFault>(result) : EnvelopeFault{};
}

std::string header(std::string_view more, std::string_view type = "command") {
  return R"({"header":{"type":")" + std::string(type) + R"(","name":"CardReader.Move","version":"2.0")" +
         std::string(more) + "}}";
}

TEST(ParseEnvelope, reads_a_command) {
  const Envelope envelope = good(
      R"({"header":{"type":"command","name":"CardReader.Move","version":"2.1","requestId":7,"timeout":5000},"payload":{"to":"exit"}})");
  EXPECT_EQ(envelope.header.type, MessageType::command);
  EXPECT_EQ(envelope.header.name, "CardReader.Move");
  EXPECT_EQ(envelope.header.version, (Version{2, 1}));
  EXPECT_EQ(envelope.header.request_id, 7);
  EXPECT_EQ(envelope.header.timeout_ms, 5000u);
  EXPECT_EQ(envelope.payload.at("to"), "exit");
}

TEST(ParseEnvelope, an_absent_payload_and_null_are_equal_and_an_empty_one_is_refused) {
  EXPECT_TRUE(good(header(R"(,"requestId":1)")).payload.is_null());
  const std::string start =
      R"({"header":{"type":"command","name":"CardReader.Move","version":"2.0","requestId":1},"payload":)";
  EXPECT_TRUE(good(start + "null}").payload.is_null());
  EXPECT_EQ(bad(start + "{}}").kind, Kind::bad_header);
  EXPECT_EQ(bad(start + "[]}").kind, Kind::bad_header);
  EXPECT_EQ(bad(start + "{}}").request_id, 1);
  EXPECT_EQ(bad(start + "{}}").name, "CardReader.Move");
}

TEST(ParseEnvelope, takes_1_0_for_1_as_JSON_Schema_does) {
  EXPECT_EQ(good(header(R"(,"requestId":12.0,"timeout":1e3)")).header.timeout_ms, 1000u);
  EXPECT_EQ(good(header(R"(,"requestId":12.0)")).header.request_id, 12);
}

TEST(ParseEnvelope, refuses_header_properties_that_the_type_of_message_does_not_have) {
  EXPECT_EQ(bad(header(R"(,"requestId":1,"colour":"red")")).description,
            "header.colour: not a header property of this type of message");
  EXPECT_EQ(bad(header(R"(,"requestId":1,"status":null)")).kind, Kind::bad_header);
  EXPECT_EQ(bad(header(R"(,"requestId":1,"completionCode":null)")).kind, Kind::bad_header);
  EXPECT_EQ(bad(header(R"(,"requestId":1,"timeout":1)", "completion")).kind, Kind::bad_header);
  EXPECT_EQ(bad(header(R"(,"requestId":1)", "unsolicited")).kind, Kind::bad_header);
  EXPECT_EQ(bad(R"({"header":{"type":"command","name":"A.B","version":"2.0","requestId":1},"more":1})").kind,
            Kind::bad_header);
  EXPECT_EQ(bad(R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"more":1})").kind,
            Kind::bad_header);
}

TEST(ParseEnvelope, an_explanation_stands_only_beside_what_it_explains) {
  good(header(R"(,"requestId":1,"status":"invalidMessage","errorDescription":"x")", "acknowledge"));
  good(header(R"(,"requestId":1,"completionCode":"invalidData","errorDescription":"x")", "completion"));
  good(header(R"(,"requestId":1,"completionCode":"invalidData","errorDescription":null)", "completion"));
  bad(header(R"(,"requestId":1,"errorDescription":"x")", "acknowledge"));
  bad(header(R"(,"requestId":1,"errorDescription":"x")", "completion"));
  bad(header(R"(,"requestId":1,"completionCode":"canceled","errorDescription":"x")", "completion"));
  bad(header(R"(,"requestId":1,"completionCode":"timeOut","errorDescription":"x")", "completion"));
}

TEST(ParseEnvelope, knows_the_22_completion_codes_and_no_success) {
  EXPECT_EQ(good(header(R"(,"requestId":1,"completionCode":"notEnoughSpace")", "completion"))
                .header.completion_code,
            "notEnoughSpace");
  EXPECT_EQ(good(header(R"(,"requestId":1,"completionCode":null)", "completion")).header.completion_code, "");
  bad(header(R"(,"requestId":1,"completionCode":"success")", "completion"));
  bad(header(R"(,"requestId":1,"completionCode":"authorisationRequired")", "completion"));
  bad(header(R"(,"requestId":1,"status":"canceled")", "acknowledge"));
  bad(header(R"(,"requestId":1,"completionCode":"tooManyRequests")", "completion"));
}

TEST(ParseEnvelope, a_request_id_is_a_positive_integer) {
  for (const char* id :
       {"0", "-1", "1.5", "\"1\"", "null", "true", "[]", "18446744073709551615", "1e300", "-0"})
    EXPECT_EQ(bad(header(R"(,"requestId":)" + std::string(id))).kind, Kind::bad_request_id) << id;
  EXPECT_EQ(bad(header("")).kind, Kind::bad_request_id);
  EXPECT_EQ(bad(header("")).name, "CardReader.Move");
  EXPECT_EQ(good(header(R"(,"requestId":9223372036854775807)")).header.request_id, INT64_MAX);
}

TEST(ParseEnvelope, an_acknowledge_may_answer_a_text_without_an_id_with_zero) {
  EXPECT_EQ(good(header(R"(,"requestId":0,"status":"invalidMessage")", "acknowledge")).header.request_id, 0);
}

TEST(ParseEnvelope, recovers_id_and_name_for_the_acknowledge_whatever_else_is_wrong) {
  const EnvelopeFault fault = bad(R"({"header":{"type":"order","name":"CardReader.Move","requestId":5}})");
  EXPECT_EQ(fault.kind, Kind::bad_header);
  EXPECT_EQ(fault.request_id, 5);
  EXPECT_EQ(fault.name, "CardReader.Move");
}

TEST(ParseEnvelope, says_which_header_property_is_missing_or_wrong) {
  EXPECT_EQ(bad("{}").description, "header: expected an object, which is required");
  EXPECT_EQ(bad("[]").description, "expected an object with header and payload");
  EXPECT_EQ(bad(R"({"header":[]})").description, "header: expected an object, which is required");
  EXPECT_THAT(bad(R"({"header":{}})").description, ::testing::StartsWith("header.type:"));
  EXPECT_THAT(bad(R"({"header":{"type":"command"}})").description, ::testing::StartsWith("header.name:"));
  EXPECT_THAT(bad(R"({"header":{"type":"command","name":"A.B"}})").description,
              ::testing::StartsWith("header.version:"));
  EXPECT_THAT(bad(R"({"header":{"type":"command","name":"A.B","version":2.0}})").description,
              ::testing::StartsWith("header.version:"));
  EXPECT_THAT(bad(header(R"(,"requestId":1,"timeout":-1)")).description,
              ::testing::StartsWith("header.timeout:"));
}

TEST(ParseEnvelope, refuses_text_that_is_no_JSON_and_never_throws) {
  for (const std::string text :
       {"", " ", "nul", "{", "[1,]", "{\"a\":1,}", "// x\n{}", "{\"a\":01}", "{\"a\":.5}", "{\"a\":+1}",
        "{\"a\":NaN}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}", "{} {}", "{}x", "{\"a\":\"\xff\"}",
        "\xef\xbb\xbf{}", "{'a':1}"})
    EXPECT_EQ(bad(text).kind, Kind::not_json) << text;
  EXPECT_EQ(bad(std::string("{\"a\":\"\0\"}", 9)).kind, Kind::not_json);
  EXPECT_EQ(bad(std::string("{}\0", 3)).kind, Kind::not_json);
}

TEST(ParseEnvelope, refuses_lone_surrogates_and_takes_pairs) {
  const auto named = [](std::string_view name) {
    return R"({"header":{"type":"unsolicited","name":")" + std::string(name) + R"(","version":"2.0"}})";
  };
  EXPECT_EQ(bad(named(R"(\ud800)")).kind, Kind::not_json);
  EXPECT_EQ(bad(named(R"(\udc00)")).kind, Kind::not_json);
  EXPECT_EQ(bad(named(R"(\ud800\ud800)")).kind, Kind::not_json);
  EXPECT_EQ(bad(named("\xed\xa0\x80")).kind, Kind::not_json);
  EXPECT_EQ(good(named(R"(\ud83d\ude00)")).header.name, "\U0001f600");
}

TEST(ParseEnvelope, an_escaped_nul_is_a_character_like_any_other) {
  const Envelope envelope = good(R"({"header":{"type":"unsolicited","name":"A\u0000B","version":"2.0"}})");
  EXPECT_EQ(envelope.header.name, std::string("A\0B", 3));
  good(print_envelope(envelope));
}

TEST(ParseEnvelope, refuses_a_property_given_twice_anywhere) {
  EXPECT_THAT(bad(R"({"header":{"type":"command","type":"event"}})").description,
              ::testing::HasSubstr("\"type\" is given twice"));
  EXPECT_EQ(
      bad(R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"payload":{"a":[{"b":1,"b":1}]}})")
          .kind,
      Kind::not_json);
  EXPECT_EQ(
      bad(R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"payload":{"a":1,"\u0061":1}})")
          .kind,
      Kind::not_json);
}

// Objects of many properties are tables of another kind.
TEST(ParseEnvelope, refuses_a_property_given_twice_among_many_whatever_its_values) {
  const auto with = [](const std::string& more) {
    std::string text = R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"payload":{)";
    for (int i = 0; i < 100; ++i) text += "\"property" + std::to_string(i) + R"(":{"a":1,"b":[{},{"c":2}]},)";
    return text + more + "}}";
  };
  good(with(R"("another":1)"));
  for (const char* value : {"1", "{}", R"({"a":1,"b":[{},{"c":2}]})", R"({"a":{"d":1,"e":2,"f":3,"g":4}})"})
    EXPECT_THAT(bad(with(R"("property41":)" + std::string(value))).description,
                ::testing::HasSubstr("\"property41\" is given twice"))
        << value;
}

TEST(ParseEnvelope, refuses_numbers_that_no_double_holds) {
  const auto with = [](const std::string& number) {
    return R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"payload":{"a":)" + number + "}}";
  };
  EXPECT_EQ(bad(with("1e400")).kind, Kind::not_json);
  EXPECT_EQ(bad(with("-1e99999999999999999999")).kind, Kind::not_json);
  EXPECT_EQ(bad(with(std::string(400, '9'))).kind, Kind::not_json);
  good(with("1e-400"));
  good(with("0." + std::string(1000, '9')));
  good(with("18446744073709551616"));
}

TEST(ParseEnvelope, bounds_depth_without_recursion) {
  const auto nested = [](std::size_t depth) {
    return R"({"header":{"type":"unsolicited","name":"A.B","version":"2.0"},"payload":{"a":)" +
           std::string(depth, '[') + std::string(depth, ']') + "}}";
  };
  good(nested(30));
  EXPECT_EQ(bad(nested(31)).kind, Kind::too_deep);
  EXPECT_EQ(bad(nested(1'000'000)).kind, Kind::too_deep);
  EXPECT_EQ(bad(std::string(8'000'000, '{')).kind, Kind::not_json);
}

TEST(ParseEnvelope, bounds_bytes) {
  EnvelopeLimits limits;
  limits.bytes = 10;
  auto result = parse_envelope(header(R"(,"requestId":1)"), limits);
  EXPECT_EQ(std::get<EnvelopeFault>(result).description, "longer than 10 bytes");
}

TEST(PrintEnvelope, writes_what_parse_reads) {
  for (const std::string& text :
       {header(R"(,"requestId":1,"timeout":10)"),
        header(R"(,"requestId":1,"status":"tooManyRequests","errorDescription":"a \"b\"\n")", "acknowledge"),
        header(R"(,"requestId":1,"completionCode":"invalidData","errorDescription":"why")", "completion"),
        header("", "unsolicited"), header(R"(,"requestId":3)", "event")})
    EXPECT_EQ(print_envelope(good(text)), text);
  Envelope envelope = good(header(R"(,"requestId":1)"));
  envelope.payload = {{"to", "exit"}};
  EXPECT_EQ(good(print_envelope(envelope)).payload, envelope.payload);
  EXPECT_EQ(print_envelope(envelope), print_envelope(envelope.header, R"({"to":"exit"})"));
}

TEST(PrintEnvelope, never_writes_what_parse_would_refuse) {
  Envelope envelope;
  envelope.header = {MessageType::completion, "CardReader.Move", {2, 0}, 4, 0, "", "canceled",
                     "left out here"};
  envelope.payload = json::object{};
  EXPECT_EQ(print_envelope(envelope), header(R"(,"requestId":4,"completionCode":"canceled")", "completion"));
}

}  // namespace
}  // namespace sesame::contract
