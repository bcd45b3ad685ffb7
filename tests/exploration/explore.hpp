// Exhaustive exploration, breadth first: from the initial states, every action that the world allows, in every order,
// until no new state comes up. So the first bad state found is one of those nearest to the beginning.
//
// It knows nothing of what it explores. A World is:
//
//   using State;                              a value: copied for each action
//   using Action;                             a value of one byte
//   static constexpr std::size_t kBudgetBytes;   how many bytes at the front of a state's bytes are budgets of faults, one each
//   std::vector<State> initial() const;
//   void actions(const State&, std::vector<Action>&) const;      everything that may happen next
//   void apply(State&, Action) const;
//   void encode(const State&, Bytes&) const;  the same bytes exactly for what is to count as the same state
//   State decode(const std::uint8_t*, std::size_t) const;        the state that the bytes stand for
//
// What must never be (safety), asked of every state:
//
//   std::optional<std::string> check(const State&) const;        what is wrong, in words
//
// What must come in the end (liveness). From every quiescent state, i.e. one in which everything that was under way has
// ended, a fair environment without further faults must reach the goal, within kDriveSteps of its actions:
//
//   bool quiescent(const State&) const;
//   void without_faults(State&) const;                           takes what is left of faults and wishes away
//   std::optional<Action> drive(const State&) const;             what a fair environment does next; none: it is over
//   std::optional<std::string> goal(const State&) const;         what the final state lacks
//
// And for people:
//
//   std::string describe(const State& before, Action, const State& after) const;
//
// More of a budget only ever allows more. So a state that was seen with one fault more still to come is not followed a
// second time without it: that a duplicate changes nothing, for instance, is then found out once.
//
// States are kept as bytes, on disk if there are many, and only those of the current and the next depth; of all others
// there are 8 bytes of digest, and 5 that lead back to the beginning. Threads share the digests. (Which of two states of one depth is seen first
// is up to them, so what is passed over as seen with more budget, and with it the counts, varies by a few.)
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exploration/archive.hpp"
#include "exploration/digest_set.hpp"
#include "exploration/level.hpp"

namespace meetwire::exploration {

struct ExploreOptions {
  int threads = 2;
  std::size_t memory_mb = 2048;  // given up beyond that, as incomplete
  int seconds = 0;               // likewise; 0: as long as it takes
  std::size_t states_expected = 0;  // room for them is made at the beginning: growing takes half as much again for a moment
  bool progress = true;
  // Also prove the encoding: what is read back from a state's bytes must go on exactly as the state itself does.
  bool audit = false;
};

struct Exploration {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t quiescent = 0;
  int depth = 0;
  double seconds = 0;
  std::size_t memory_mb = 0;
  bool complete = false;
  std::string incomplete_because;
  std::string bad;                // empty: no bad state
  std::vector<std::string> path;  // to the bad state, a step a line
};

template <class World>
class Explorer {
 public:
  using State = typename World::State;
  using Action = typename World::Action;
  static constexpr int kDriveSteps = 2'000;

  Explorer(const World& world, ExploreOptions options) : world_(world), options_(options) {}

  Exploration run() {
    begun_ = Clock::now();
    begin();
    while (found_.bad.empty() && !level_.empty() && may_go_on()) {
      if (!expand_level()) break;
      if (options_.progress) report();
    }
    found_.complete = found_.bad.empty() && level_.empty();
    found_.states = parents_.size();
    found_.seconds = elapsed();
    found_.memory_mb = peak_memory_mb();
    return std::move(found_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kJob = 1 << 10;     // states
  static constexpr std::size_t kRound = 1 << 15;   // states, between which the sets may grow
  static constexpr std::size_t kActionsMax = 48;   // of one state

  // Of the budgets and of all else apart, so that other budgets are cheap to ask for.
  struct Digest {
    explicit Digest(const Bytes& bytes)
        : rest(digest_of(bytes.data() + World::kBudgetBytes, bytes.size() - World::kBudgetBytes)),
          budgets(of_budgets(bytes)) {}
    static std::uint64_t of_budgets(const Bytes& bytes) { return digest_of(bytes.data(), World::kBudgetBytes); }
    std::uint64_t whole() const { return with(budgets); }
    std::uint64_t with(std::uint64_t other_budgets) const { return rest ^ other_budgets; }
    std::uint64_t rest;
    std::uint64_t budgets;
  };

  struct Bad {
    std::uint32_t parent = 0;
    std::optional<Action> action;  // none: it is the state itself that leads nowhere
    std::string what;
  };

  // Some states of one part of the current depth.
  struct Job {
    std::size_t part = 0;
    std::size_t from = 0;
    std::size_t to = 0;
    std::uint32_t first = 0;  // the number of the first
  };

  struct Worker {
    Level next;
    std::uint64_t inserted = 0;
    std::uint64_t transitions = 0;
    std::uint64_t quiescent = 0;
    std::vector<Action> actions;
    Bytes scratch;
  };

  void begin() {
    seen_.reserve(options_.states_expected);
    Bytes bytes;
    Level first;
    for (const State& state : world_.initial()) {
      world_.encode(state, bytes);
      most_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(World::kBudgetBytes));
      if (seen_.insert(Digest(bytes).whole())) first.push(bytes, static_cast<std::uint32_t>(first.size()), 0);
    }
    roots_ = first.size();
    add_part(std::move(first));
  }

  void add_part(Level&& part) {
    if (part.empty()) return;
    parents_.insert(parents_.end(), part.parents().begin(), part.parents().end());
    came_by_.insert(came_by_.end(), part.actions().begin(), part.actions().end());
    level_.push_back(std::move(part));
  }

  bool may_go_on() {
    if (peak_memory_mb() > options_.memory_mb) found_.incomplete_because = "memory";
    if (options_.seconds > 0 && elapsed() > options_.seconds) found_.incomplete_because = "time";
    return found_.incomplete_because.empty();
  }

  bool expand_level() {
    std::vector<Worker> workers(static_cast<std::size_t>(options_.threads));
    std::vector<Job> jobs;
    std::size_t in_round = 0;
    for (std::size_t part = 0; part < level_.size(); ++part) {
      for (std::size_t from = 0; from < level_[part].size(); from += kJob) {
        const std::size_t to = std::min(level_[part].size(), from + kJob);
        jobs.push_back({part, from, to, first_});
        first_ += static_cast<std::uint32_t>(to - from);
        in_round += to - from;
        const bool last = part + 1 == level_.size() && to == level_[part].size();
        if (in_round < kRound && !last) continue;
        if (!may_go_on()) return false;
        round(workers, jobs, std::exchange(in_round, 0));
        jobs.clear();
        if (bad_) return end_of_level(workers);
      }
    }
    return end_of_level(workers);
  }

  void round(std::vector<Worker>& workers, const std::vector<Job>& jobs, std::size_t states) {
    seen_.reserve(seen_count_ + states * kActionsMax);
    good_.reserve(good_count_ + states * kActionsMax);
    std::atomic<std::size_t> next_job = 0;
    const auto work = [&](Worker& worker) {
      for (std::size_t at = next_job++; at < jobs.size() && !stop_; at = next_job++) expand(worker, jobs[at]);
    };
    std::vector<std::thread> threads;
    for (std::size_t each = 1; each < workers.size(); ++each) threads.emplace_back([&, each] { work(workers[each]); });
    work(workers[0]);
    for (std::thread& thread : threads) thread.join();
    for (Worker& worker : workers) {
      found_.quiescent += std::exchange(worker.quiescent, 0);
      found_.transitions += std::exchange(worker.transitions, 0);
      seen_count_ += std::exchange(worker.inserted, 0);
    }
  }

  bool end_of_level(std::vector<Worker>& workers) {
    level_.clear();
    for (Worker& worker : workers) add_part(std::move(worker.next));
    if (!level_.empty()) ++found_.depth;
    if (bad_) tell_the_path();
    return true;
  }

  void expand(Worker& worker, const Job& job) {
    const Level::Part part(level_[job.part], job.from, job.to);
    for (std::size_t at = job.from; at < job.to && !stop_; ++at) {
      const State state = world_.decode(part.bytes_of(at), part.size_of(at));
      const auto number = job.first + static_cast<std::uint32_t>(at - job.from);
      if (world_.quiescent(state)) {
        ++worker.quiescent;
        if (auto lacks = drive(state, worker.scratch)) fail({number, std::nullopt, std::move(*lacks)});
      }
      worker.actions.clear();
      world_.actions(state, worker.actions);
      for (const Action action : worker.actions) {
        State next = state;
        world_.apply(next, action);
        ++worker.transitions;
        if (auto wrong = world_.check(next)) {
          fail({number, action, std::move(*wrong)});
          break;
        }
        world_.encode(next, worker.scratch);
        const Digest digest(worker.scratch);
        if (seen_with_more(digest, worker.scratch) || !seen_.insert(digest.whole())) continue;
        ++worker.inserted;
        worker.next.push(worker.scratch, number, static_cast<std::uint8_t>(action));
        if (options_.audit && !same_when_read_back(next, worker.scratch)) {
          fail({number, action, "the encoding loses something: what is read back goes on differently"});
        }
      }
    }
  }

  // With these budgets, or with any that are larger, from the one at `from` on.
  bool seen_with_more(const Digest& digest, Bytes& bytes, std::size_t from = 0) const {
    if (seen_.contains(digest.with(Digest::of_budgets(bytes)))) return true;
    for (std::size_t at = from; at < World::kBudgetBytes; ++at) {
      if (bytes[at] >= most_[at]) continue;
      ++bytes[at];
      const bool seen = seen_with_more(digest, bytes, at);
      --bytes[at];
      if (seen) return true;
    }
    return false;
  }

  bool same_when_read_back(const State& state, const Bytes& bytes) const {
    const State again = world_.decode(bytes.data(), bytes.size());
    Bytes of_state;
    Bytes of_again;
    world_.encode(again, of_again);
    if (of_again != bytes) return false;
    std::vector<Action> here;
    std::vector<Action> there;
    world_.actions(state, here);
    world_.actions(again, there);
    if (here != there) return false;
    for (const Action action : here) {
      State one = state;
      State other = again;
      world_.apply(one, action);
      world_.apply(other, action);
      if (world_.check(one) != world_.check(other)) return false;
      world_.encode(one, of_state);
      world_.encode(other, of_again);
      if (of_state != of_again) return false;
    }
    return true;
  }

  // A fair environment without faults from here on. What has been seen to end well is not followed again.
  std::optional<std::string> drive(State state, Bytes& scratch, std::vector<std::string>* told = nullptr) {
    world_.without_faults(state);
    std::vector<std::uint64_t> on_the_way;
    for (int step = 0; step < kDriveSteps; ++step) {
      if (world_.quiescent(state)) {
        world_.encode(state, scratch);
        const std::uint64_t digest = digest_of(scratch);
        if (told == nullptr && good_.contains(digest)) break;
        on_the_way.push_back(digest);
      }
      const auto action = world_.drive(state);
      if (!action) {
        if (auto lacks = world_.goal(state)) return "all is quiet, but " + *lacks;
        break;
      }
      const std::optional<State> before = told == nullptr ? std::nullopt : std::optional(state);
      world_.apply(state, *action);
      if (told != nullptr && told->size() < kStepsTold) told->push_back("then " + world_.describe(*before, *action, state));
      if (auto wrong = world_.check(state)) return "on the way to the end: " + *wrong;
      if (step + 1 == kDriveSteps) return "after " + std::to_string(kDriveSteps) + " steps without faults it is still not over";
    }
    // All or none; few, as a run ends at the first that is known.
    for (const std::uint64_t digest : on_the_way) good_count_ += good_.insert(digest) ? 1 : 0;
    return std::nullopt;
  }
  static constexpr std::size_t kStepsTold = 300;

  void fail(Bad bad) {
    const std::lock_guard lock(bad_mutex_);
    if (!bad_) bad_ = std::move(bad);
    stop_ = true;
  }

  void tell_the_path() {
    std::vector<std::uint32_t> numbers{bad_->parent};
    while (numbers.back() >= roots_) numbers.push_back(parents_[numbers.back()]);
    Bytes bytes;
    std::vector<State> initial = world_.initial();
    State state = initial[numbers.back()];
    const auto step = [&](Action action) {
      world_.encode(state, bytes);
      state = world_.decode(bytes.data(), bytes.size());
      const State before = state;
      world_.apply(state, action);
      found_.path.push_back(world_.describe(before, action, state));
    };
    for (std::size_t at = numbers.size() - 1; at-- > 0;) step(static_cast<Action>(came_by_[numbers[at]]));
    if (bad_->action) {
      step(*bad_->action);
    } else {
      (void)drive(state, bytes, &found_.path);
    }
    found_.bad = bad_->what;
  }

  void report() const {
    std::fprintf(stderr, "  depth %d: %zu states, %.0f transitions/ms, %.0f s, %zu MB\n", found_.depth, parents_.size(),
                 static_cast<double>(found_.transitions) / (elapsed() * 1000), elapsed(), peak_memory_mb());
  }

  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }
  static std::size_t peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) / 1024;
  }

  const World& world_;
  ExploreOptions options_;
  Clock::time_point begun_;
  Exploration found_;
  DigestSet seen_;
  std::atomic<std::size_t> good_count_ = 0;
  DigestSet good_;  // quiescent states, without what is left of faults, from which the goal is reached
  Bytes most_;  // the budgets at the beginning
  std::size_t seen_count_ = 0;
  std::vector<Level> level_;  // the current depth, in parts
  std::uint32_t first_ = 0;   // the number of the next state to be expanded
  std::size_t roots_ = 0;
  std::deque<std::uint32_t> parents_;  // not vectors: these grow without being copied
  std::deque<std::uint8_t> came_by_;
  std::mutex bad_mutex_;
  std::optional<Bad> bad_;
  std::atomic<bool> stop_ = false;
};

}  // namespace meetwire::exploration
