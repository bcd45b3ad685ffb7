// What comes out of rooms: who gets it, how it is written, what it costs and who pays for that.
//
// A message to many is written once, however many they are: what a step gives to the host grows with what is said, not with
// who listens. And whoever makes the server send much is refused before the others have to wait for it.
#include <algorithm>
#include <utility>
#include <variant>

#include "room/switchboard.hpp"

namespace meetwire::room {

using namespace protocol;

void Switchboard::carry_out(Decision decision) {
  std::vector<ConnectionId> seatings;
  for (Output& output : decision) {
    if (auto* delivery = std::get_if<Delivery>(&output)) {
      deliver(delivery->connection, delivery->number, std::move(delivery->message), delivery->next);
    } else if (const auto* closing = std::get_if<Closing>(&output)) {
      close(closing->connection);
    } else if (auto* seating = std::get_if<Seating>(&output)) {
      seatings.push_back(std::move(seating->connection));
    } else {
      commands_.push_back(std::get<command::Log>(std::move(output)));
    }
  }
  // What they have said meanwhile makes further decisions, whose messages come after these.
  for (const ConnectionId& id : seatings) {
    Connection* connection = find(id);
    if (connection == nullptr) continue;
    connection->stage = Stage::Joined;
    seated(*connection);
  }
}

void Switchboard::deliver(const ConnectionId& to, std::uint64_t number, Letter message, std::uint64_t next) {
  ++deliveries_;
  spent_ += message.cost();
  outgoing_[to].push_back({number, std::move(message), next});
}

namespace {

// May it travel in the same frame as the one before? Numbered messages count up, and come before those that have no number,
// but say which comes next.
bool follows(const Numbered& before, const Numbered& one) {
  if (one.number != 0) return before.number != 0 && one.number == before.number + 1;
  if (one.next != 0) return before.number + 1 == one.next || before.next == one.next;
  return before.number == 0 && before.next == 0;
}

}  // namespace

// What a step has for one connection goes out together, in as few frames as the numbers allow, in order.
void Switchboard::flush(const ConnectionId& to) {
  auto waiting = outgoing_.extract(to);
  Connection* connection = find(to);
  if (waiting.empty() || connection == nullptr) return;
  const std::vector<Numbered>& messages = waiting.mapped();
  std::size_t after = 0;  // of commands_: what comes before that would overtake
  const Numbered* const end = messages.data() + messages.size();
  for (const Numbered* begin = messages.data(); begin != end;) {
    const Numbered* next = begin + 1;
    while (next != end && follows(next[-1], *next)) ++next;
    write(*connection, begin, next, after);
    begin = next;
  }
}

// Whoever gets the same run as another one is added to its frames.
void Switchboard::write(Connection& to, const Numbered* begin, const Numbered* end, std::size_t& after) {
  std::vector<const void*> key;
  const bool reads_the_same = to.dialect->name() == DialectName::Meetwire;
  bool for_many = reads_the_same;
  for (const Numbered* one = begin; one != end; ++one) {
    key.push_back(one->message.identity());
    for_many = for_many && one->message.is_for_many();
  }
  std::uint64_t number = begin->number != 0 ? begin->number : begin->next;
  const auto numbered = static_cast<std::size_t>(std::count_if(begin, end, [](const Numbered& one) { return one.number != 0; }));
  const auto written = for_many ? written_.find(key) : written_.end();
  if (written != written_.end() && written->second.front().first >= after) {
    for (const auto& [at, messages] : written->second) {
      std::get<command::Distribute>(commands_[at]).to.push_back({to.id, to.dialect->head(number)});
      if (number > 0) number += messages;
      after = at + 1;
    }
    return;
  }
  std::vector<Frame> frames;
  Written anew;
  if (reads_the_same) {
    std::vector<std::string> own;
    own.reserve(key.size());
    std::vector<std::string_view> texts;
    for (const Numbered* one = begin; one != end; ++one) {
      if (one->message.is_for_many()) {
        texts.push_back(text_of(*to.dialect, one->message));
      } else {
        texts.push_back(own.emplace_back(to.dialect->write(*one->message).value_or("")));
      }
    }
    frames = to.dialect->pack(texts, number, numbered);
  } else {
    std::vector<ServerMessage> run;
    for (const Numbered* one = begin; one != end; ++one) run.push_back(*one->message);
    frames = to.dialect->encode(run, number, numbered);
  }
  for (Frame& frame : frames) {
    after = commands_.size() + 1;
    if (!for_many) {
      commands_.push_back(command::Deliver{to.id, std::move(frame.name), std::move(frame.body), frame.form});
      continue;
    }
    anew.emplace_back(commands_.size(), frame.messages);
    commands_.push_back(command::Distribute{
        {{to.id, frame.body.substr(0, frame.head)}}, std::move(frame.name),
        frame.body.substr(frame.head, frame.body.size() - frame.head - frame.tail),
        frame.body.substr(frame.body.size() - frame.tail), frame.form});
  }
  if (for_many && !anew.empty()) written_.insert_or_assign(std::move(key), std::move(anew));
}

const std::string& Switchboard::text_of(const ServerDialect& dialect, const Letter& letter) {
  const auto [at, is_new] = texts_.try_emplace(letter.identity());
  if (is_new) {
    at->second = dialect.write(*letter).value_or("");
    written_letters_.push_back(letter);
  }
  return at->second;
}

// What went to one only is an ordinary delivery.
void Switchboard::finish_writing() {
  for (const auto& [key, run] : written_) {
    for (const auto& [at, messages] : run) {
      auto* distribute = std::get_if<command::Distribute>(&commands_[at]);
      if (distribute == nullptr || distribute->to.size() != 1) continue;
      command::Deliver only{std::move(distribute->to.front().connection), std::move(distribute->name),
                            distribute->to.front().head + distribute->body + distribute->tail, distribute->form};
      commands_[at] = std::move(only);
    }
  }
  written_.clear();
  texts_.clear();
  written_letters_.clear();
}

// ---- what it costs

Switchboard::Spending::Spending(Switchboard& board, const Connection& spender)
    : board_(board), spender_(spender.id), outer_(std::exchange(board.payer_, spender.account)), spent_before_(board.spent_) {}

Switchboard::Spending::~Spending() {
  // What was said within is paid for already.
  const std::size_t spent = std::exchange(board_.spent_, spent_before_) - spent_before_;
  board_.payer_->spending.owe(spent);
  board_.spending_.owe(spent);
  if (Connection* spender = board_.find(spender_)) spender->spending.owe(spent);
  board_.payer_ = std::move(outer_);
}

bool Switchboard::may_spend(Connection& connection) {
  if (!connection.spending.has_any(now_) || holds_too_much(*connection.account)) return false;
  const bool process = spending_.has_any(now_);
  const bool address = connection.account->spending.has_any(now_);
  return process || address;
}

bool Switchboard::holds_too_much(const Account& account) const {
  return account.bytes > policy_->limits.address_held_bytes_max || ledger_.bytes() > policy_->limits.process_held_bytes_max;
}

// The rooms that hold most give up most. To a half, so that it is done seldom: it looks at all of them.
void Switchboard::relieve() {
  const std::size_t most = policy_->limits.process_held_bytes_max;
  if (ledger_.bytes() <= most) {
    kept_after_relief_ = 0;
    return;
  }
  // Where all are needed, looking through them again after each step would be the next attack.
  if (ledger_.bytes() < kept_after_relief_ + most / 8) return;
  std::vector<std::pair<std::size_t, RoomId>> order;
  for (const auto& [id, room] : rooms_) order.emplace_back(room.held(), id);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return b < a; });
  for (const auto& [held, id] : order) {
    if (ledger_.bytes() <= most / 2 || held == 0) break;
    in_room(id, [this](Room& room) {
      Decision out;
      relieve(room, 0, out);
      return out;
    });
  }
  kept_after_relief_ = ledger_.bytes() > most ? ledger_.bytes() : 0;
}

void Switchboard::relieve(Room& room, std::size_t bytes, Decision& out) {
  const auto given = room.relieve(now_, bytes, out);
  if (given && journals_) append(room.id(), *given);
}

// ---- rooms without anybody

void Switchboard::note_deserted(const RoomId& id, const Room& room, bool empty) {
  if (empty || id.empty() || !room.is_deserted()) {
    if (deserted_.size() > 0) deserted_.set(id, std::nullopt);
  } else if (!deserted_.has(id)) {
    deserted_.set(id, room.protected_until(now_));
  }
}

bool Switchboard::give_up_deserted() {
  const std::optional<RoomId> id = deserted_.take_one_due(now_);
  if (!id) return false;
  in_room(*id, [](Room& room) {
    room.give_up();
    return Decision{};
  });
  return true;
}

}  // namespace meetwire::room
