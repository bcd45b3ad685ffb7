// The core with one mechanism taken out, each by a change of a few places: what the simulator must find. Only the files
// concerned are compiled anew, and linked in front of the core.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inBuild, inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { Plain } from './say.mjs';

/** The mistakes that everybody makes. */
export const classicMistakes = [
  {
    name: 'nobody is polite',
    changes: [{ file: 'src/link/link.cpp', text: 'polite(!options.numbered || options.self_rank > options.peer_rank)', becomes: 'polite(!options.numbered)' }],
  },
  {
    name: 'both are polite',
    changes: [{ file: 'src/link/link.cpp', text: 'polite(!options.numbered || options.self_rank > options.peer_rank)', becomes: 'polite(true)' }],
  },
  {
    name: 'no mark that an offer is being made',
    changes: [{ file: 'src/link/exchange.cpp', text: 'while (!pending && (', becomes: 'while ((!pending || (pending->operation == Operation::MakeOffer && !inbox.empty())) && (' }],
  },
  {
    name: 'no mark that an answer is being set',
    changes: [{ file: 'src/link/exchange.cpp', text: 'while (!pending && (', becomes: 'while ((!pending || (pending->operation == Operation::SetAnswer && !inbox.empty())) && (' }],
  },
  {
    name: 'answers to older offers are taken',
    // Two mechanisms stand against it: what comes again is dropped by its number, and an answer names its offer.
    changes: [
      {
        file: 'src/link/numbers.cpp',
        text: 'if (message.sequence < next_in_) {',
        becomes: `if (message.sequence < next_in_) {
          if (std::holds_alternative<protocol::Answer>(message.body)) intake.ready.push_back(message);`,
      },
      {
        file: 'src/link/exchange.cpp',
        text: 'if (awaited && ((!options.numbered && answer.offer == 0) || answer.offer == *offer_out)) {',
        becomes: 'if (awaited) {',
      },
    ],
  },
  {
    name: 'the late end of an old socket removes its successor',
    // Here too: a place that is taken over closes the older connection, and no connection speaks for another's place.
    changes: [
      {
        file: 'src/room/room.cpp',
        text: 'out.push_back(Closing{*member.connection});\n  }\n  member.connection',
        becomes: '}\n  member.connection',
      },
      {
        file: 'src/room/room.cpp',
        text: 'return at != members_.end() && at->second.connection == connection ? &at->second : nullptr;',
        becomes: 'return connection.value.empty() || at == members_.end() ? nullptr : &at->second;',
      },
    ],
  },
];

/** What goes wrong with calls, and when anybody may come as anybody. */
export const furtherMistakes = [
  {
    name: 'a word about a call is said only once',
    // Else too much comes between: whatever a client misses brings a resume, and that says the word again.
    args: ['--loss', 60],
    changes: [{ file: 'src/call/calls.cpp', text: 'if (at->deadline && now >= *at->deadline) drive(', becomes: 'if (at->deadline && now >= *at->deadline) at->deadline.reset();\n    if (false) drive(' }],
  },
  {
    name: 'after a resume nobody asks how calls stand',
    changes: [{ file: 'src/session/admission.cpp', text: '  calls.resume(turn.now, resumed, outputs);\n', becomes: '' }],
  },
  {
    name: 'that two call each other is not recognised',
    changes: [{ file: 'src/room/calls.cpp', text: 'if (own != nullptr && reachable &&', becomes: 'if (false && own != nullptr && reachable &&' }],
  },
  {
    name: 'whoever is busy is rung all the same',
    changes: [{ file: 'src/room/calls.cpp', text: '} else if (own != nullptr || live_of(to) != nullptr) {', becomes: '} else if (false) {' }],
  },
  {
    name: 'a call goes on without one of the two',
    changes: [{ file: 'src/room/room.cpp', text: '  tell(calls_.leave(now, policy_->limits, row.user), out);\n', becomes: '  (void)now;\n' }],
  },
  {
    name: 'out of rooms, a call that ends leaves its connection',
    changes: [{ file: 'src/room/room_routing.cpp', text: '} else if (one.before == CallState::Connected) {', becomes: '} else if (false) {' }],
  },
  {
    name: 'a place is taken over with any secret',
    changes: [{ file: 'src/room/room.cpp', text: 'return keys.open_for(', becomes: 'return true || keys.open_for(' }],
  },
];

/**
 * What the simulator itself once found: without what mended it, it must be found again. (Not at the seed of then: whatever
 * takes another moment makes another day of it.)
 */
export const onceFound = [
  {
    name: 'after a resume, what was missed sets the roster back to sessions that are over',
    changes: [{ file: 'src/session/messages.cpp', text: 'if (number == 0 || number > roster_as_of) return false;', becomes: 'return false;' }],
  },
  {
    name: 'an announcement that is lost is never made again',
    changes: [
      { file: 'src/session/announcement.cpp', text: 'if (confirms && repeats_ <', becomes: 'if (false && confirms && repeats_ <' },
      { file: 'src/session/announcement.cpp', text: '} else if (!repeat_at_ &&', becomes: '} else if (false && !repeat_at_ &&' },
    ],
  },
  {
    name: 'chat overtakes an earlier envelope that was lost',
    changes: [{ file: 'src/session/chat.cpp', text: 'if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) return out;', becomes: `if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) {
      for (Pending& waiting : pending_) {
        if (waiting.deadline) continue;
        waiting.deadline = now + limits_.request_deadline;
        out.push_back(waiting.message);
      }
      return out;
    }` }],
  },
  {
    name: 'the last message before a silence is lost and nobody misses it',
    changes: [{ file: 'src/room/outbox.cpp', text: '    repeat_at_ = now + repeat_wait_;\n  }\n}', becomes: '    repeat_at_.reset();\n  }\n}' }],
  },
  {
    name: 'a gap is passed over after one resume, which may be lost as well',
    changes: [{ file: 'src/session/messages.cpp', text: 'receipts.note_gap();', becomes: 'for (std::uint32_t i = 0; i < limits.gap_resumes_max; ++i) receipts.note_gap();' }],
  },
  {
    name: 'connections are restarted towards a tab that has crashed',
    changes: [{ file: 'src/session/links.cpp', text: 'at->second.away == away) return outputs;', becomes: 'true) return outputs;' }],
  },
  {
    name: 'a client that closes its socket to come back gives up its place',
    changes: [{ file: 'src/room/room.cpp', text: 'if (member->keys.secret.empty()) {', becomes: 'if (member->keys.secret.empty() || reason == LeaveReason::Left) {' }],
  },
  {
    name: 'a place is taken over with the number of another place',
    changes: [{ file: 'src/room/room.cpp', text: 'sitting != members_.end() && sitting->second.keys.is_known_to(', becomes: 'sitting != members_.end() || sitting->second.keys.is_known_to(' }],
  },
  {
    name: 'a ring that is over rings again at a server that has forgotten it',
    changes: [{ file: 'src/call/calls.cpp', text: 'if (!crossed && std::find(', becomes: 'if (false && std::find(' }],
  },
  {
    name: 'a peer that has the offer and works on it is taken for silent',
    args: ['--slow', '--people', 6],
    changes: [{ file: 'src/link/link.cpp', text: '|| !intake.ready.empty()) recovery', becomes: '&& false) recovery' }],
  },
];

/** Builds the simulator with one of them; `build/fast` has it whole already. Resolves to the program. */
export async function buildAblated({ name, changes }) {
  const folder = inBuild('ablations', name.replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  const sources = new Map();
  for (const { file, text, becomes } of changes) {
    const source = sources.get(file) ?? readFileSync(inRoot(file), 'utf8');
    if (source.split(text).length !== 2) throw new Plain(`${file} has not exactly one "${text}": the ablation "${name}" is out of date`);
    sources.set(file, source.replace(text, becomes));
  }

  const build = inBuild('fast');
  const commands = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'));
  const outputOf = (each) => /-o (\S+)/.exec(each.command)[1];
  const simulation = commands.filter((each) => each.file.includes('/tests/simulation/'));
  const changed = [];
  for (const [file, source] of sources) {
    const copy = join(folder, basename(file));
    writeFileSync(copy, source);
    const [compiler, ...options] = commands.find((each) => each.file === inRoot(file)).command.split(' ');
    changed.push(`${copy}.o`);
    await run(compiler, [...options.slice(0, options.indexOf('-o')), '-w', '-o', `${copy}.o`, '-c', copy], { cwd: build, show: 'on-failure' });
  }
  const program = join(folder, 'simulate');
  const [compiler] = simulation[0].command.split(' ');
  await run(compiler, [...changed, ...simulation.map(outputOf), 'libmeetwire_core.a', '-o', program], { cwd: build, show: 'on-failure' });
  return program;
}
