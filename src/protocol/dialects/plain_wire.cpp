#include "protocol/dialects/plain_wire.hpp"

#include <string>
#include <utility>

#include "protocol/dialects/mark.hpp"
#include "protocol/dialects/one_by_one.hpp"
#include "protocol/dialects/pair_json.hpp"
#include "protocol/dialects/plain.hpp"
#include "protocol/text.hpp"

namespace meetwire::protocol::plain {
namespace {

using Kind = Reading::Kind;

template <class Members>
Frame make_frame(std::string_view type, const Members& members) {
  TextWriter writer;
  writer.open('{');
  put(writer, "type", type);
  members(writer);
  writer.close('}');
  return {std::string(kPlainFrame), writer.take(), BodyForm::Text};
}

void fail(Reading& reading, ErrorCode code, std::string_view what) {
  reading.kind = Kind::Nothing;
  reading.failure = Failure{code, what};
}

void read_description(std::string_view type, const Value& frame, const Limits& limits, Reading& reading) {
  const auto sdp = find_string(frame, "sdp");
  if (!sdp) return;
  if (sdp->size() > limits.description_bytes_max) return fail(reading, ErrorCode::MessageTooLarge, "session description");
  reading.kind = Kind::Pair;
  if (type == "offer") {
    reading.pair.body = Offer{std::string(*sdp), {}};
  } else {
    reading.pair.body = Answer{0, std::string(*sdp), {}};
  }
  read_mark(frame, limits, reading.pair);
}

void read_candidate(const Value& frame, const Limits& limits, Reading& reading) {
  const auto line = find_string(frame, "candidate");
  if (!line) return;
  const auto mid = find_string(frame, "id");
  const auto index = find_count32(frame, "mlineindex");
  if (line->size() + mid.value_or("").size() > limits.candidate_bytes_max) {
    return fail(reading, ErrorCode::MessageTooLarge, "candidate");
  }
  Candidates batch;
  // Without a line it is the end of candidates.
  if (!line->empty()) {
    if (!mid && !index) return;
    Candidate& candidate = batch.candidates.emplace_back();
    candidate.candidate = *line;
    if (mid) candidate.sdp_mid = std::string(*mid);
    if (index) candidate.sdp_mline_index = *index;
  }
  reading.kind = Kind::Pair;
  reading.pair.body = std::move(batch);
}

}  // namespace

Reading read_frame(std::string_view body, const Limits& limits) {
  Reading reading;
  const auto parsed = parse_json(body, limits);
  if (const auto* failure = std::get_if<Failure>(&parsed)) {
    // What is no JSON is nothing; what is too large or too deep is told.
    if (failure->code != ErrorCode::MessageMalformed) reading.failure = *failure;
    return reading;
  }
  const Value frame = std::get<Document>(parsed).root();
  const auto type = frame.is_object() ? find_string(frame, "type") : std::nullopt;
  if (!type) return reading;
  reading.kind = Kind::Other;
  if (*type == "keepAlive") {
    reading.kind = Kind::KeepAlive;
  } else if (*type == "offer" || *type == "answer") {
    read_description(*type, frame, limits, reading);
  } else if (*type == "candidate") {
    read_candidate(frame, limits, reading);
  }
  return reading;
}

Frame make_keep_alive() {
  return make_frame("keepAlive", [](TextWriter&) {});
}

std::vector<Frame> write_pair(const PairMessage& pair) {
  std::vector<Frame> out;
  say_one_by_one(
      pair,
      [&](std::string_view type, const std::string& sdp) {
        out.push_back(make_frame(type, [&](TextWriter& writer) {
          put(writer, "sdp", sdp);
          write_mark(writer, pair);
        }));
      },
      [&](const Candidate& candidate) {
        out.push_back(make_frame("candidate", [&](TextWriter& writer) {
          put(writer, "id", candidate.sdp_mid);
          put(writer, "mlineindex", candidate.sdp_mline_index);
          put(writer, "candidate", candidate.candidate);
        }));
      });
  return out;
}

}  // namespace meetwire::protocol::plain
