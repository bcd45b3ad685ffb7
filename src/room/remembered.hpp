// The last answers that one member got, by its ids for what it asked, so that a retry has no second effect. Bounded in
// number; charged for what they take. Must not know: what was asked.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "room/ledger.hpp"

namespace meetwire::room {

template <class Answer>
class Remembered {
 public:
  const Answer* find(const std::string& id) const {
    const auto at = answers_.find(id);
    return at == answers_.end() ? nullptr : &at->second;
  }

  // The first charge says who pays for all. `id` is not there yet.
  void add(const std::string& id, Answer answer, std::size_t answers_max, const std::shared_ptr<Account>& payer,
           const std::shared_ptr<Tally>& room) {
    while (!order_.empty() && order_.size() >= answers_max) forget_oldest();
    if (order_.empty()) charge_ = Charge(payer, room, 0);
    charge_.add(bytes_of(id));
    answers_.emplace(id, std::move(answer));
    order_.push_back(id);
  }

  // Gives how many bytes were held for them.
  std::size_t clear() {
    const std::size_t held = charge_.bytes();
    answers_.clear();
    order_.clear();
    charge_.set(0);
    return held;
  }

  // Oldest first.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const std::string& id : order_) visit(id, answers_.at(id));
  }

  std::size_t size() const { return order_.size(); }
  std::size_t bytes() const { return charge_.bytes(); }

 private:
  // The id stands in the map and in the order; the rest is nodes and the answer, whose words are short.
  static std::size_t bytes_of(const std::string& id) { return 2 * id.size() + 192; }

  void forget_oldest() {
    charge_.remove(bytes_of(order_.front()));
    answers_.erase(order_.front());
    order_.pop_front();
  }

  std::map<std::string, Answer> answers_;
  std::deque<std::string> order_;
  Charge charge_;
};

}  // namespace meetwire::room
