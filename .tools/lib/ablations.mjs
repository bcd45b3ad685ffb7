// The core with one mechanism taken out, each by a change of one place in one file: what the simulator must find. Only that
// file is compiled anew, and linked in front of the core.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inBuild, inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { Plain } from './say.mjs';

/** The mistakes that everybody makes: to be found within so many seeds, whichever. */
export const classicMistakes = [
  {
    name: 'nobody is polite',
    file: 'src/link/link.cpp',
    text: 'polite(!options.numbered || options.self_rank > options.peer_rank)',
    becomes: 'polite(!options.numbered)',
  },
  {
    name: 'both are polite',
    file: 'src/link/link.cpp',
    text: 'polite(!options.numbered || options.self_rank > options.peer_rank)',
    becomes: 'polite(true)',
  },
  {
    name: 'no mark that an offer is being made',
    file: 'src/link/exchange.cpp',
    text: 'while (!pending && (',
    becomes: 'while ((!pending || (pending->operation == Operation::MakeOffer && !inbox.empty())) && (',
  },
  {
    name: 'no mark that an answer is being set',
    file: 'src/link/exchange.cpp',
    text: 'while (!pending && (',
    becomes: 'while ((!pending || (pending->operation == Operation::SetAnswer && !inbox.empty())) && (',
  },
  {
    name: 'answers to older offers are taken',
    file: 'src/link/exchange.cpp',
    text: 'if (awaited && (!options.numbered || answer.offer == *offer_out)) {',
    becomes: 'if (awaited) {',
  },
  {
    name: 'the late end of an old socket removes its successor',
    file: 'src/room/room.cpp',
    text: 'return member != nullptr && member->connection == connection ? member : nullptr;',
    becomes: 'return connection.value.empty() ? nullptr : member;',
  },
];

/** What the simulator itself once found: the seed must pass, and must fail again without what mended it. */
export const onceFound = [
  {
    seed: 0,
    name: 'after a resume, what was missed sets the roster back to sessions that are over',
    file: 'src/session/messages.cpp',
    text: 'if (number == 0 || number > roster_as_of) return false;',
    becomes: 'return false;',
  },
  {
    seed: 0,
    name: 'an announcement that is lost is never made again',
    file: 'src/session/announcement.cpp',
    text: 'repeat_at_ = now + limits_.announcement_repeat_after;',
    becomes: 'repeat_at_.reset();',
  },
  {
    seed: 0,
    name: 'chat overtakes an earlier envelope that was lost',
    file: 'src/session/chat.cpp',
    text: 'if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) return out;',
    becomes: `if (is_repeat && (!repeat_at_ || *repeat_at_ > now)) {
      for (Pending& waiting : pending_) {
        if (waiting.deadline) continue;
        waiting.deadline = now + limits_.request_deadline;
        out.push_back(waiting.message);
      }
      return out;
    }`,
  },
  {
    seed: 0,
    name: 'the last message before a silence is lost and nobody misses it',
    file: 'src/room/outbox.cpp',
    text: '    repeat_at_ = now + repeat_wait_;\n  }\n}',
    becomes: '    repeat_at_.reset();\n  }\n}',
  },
  {
    seed: 0,
    name: 'a gap is passed over after one resume, which may be lost as well',
    file: 'src/session/messages.cpp',
    text: 'receipts.note_gap();',
    becomes: 'for (std::uint32_t i = 0; i < limits.gap_resumes_max; ++i) receipts.note_gap();',
  },
  {
    seed: 0,
    name: 'connections are restarted towards a tab that has crashed',
    file: 'src/session/links.cpp',
    text: 'at->second.away == away) return outputs;',
    becomes: 'true) return outputs;',
  },
];

/** Builds the simulator with one of them; `build/fast` has it whole already. Resolves to the program. */
export async function buildAblated({ name, file, text, becomes }) {
  const source = readFileSync(inRoot(file), 'utf8');
  if (source.split(text).length !== 2) throw new Plain(`${file} has not exactly one "${text}": the ablation "${name}" is out of date`);
  const folder = inBuild('ablations', name.replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  const changed = join(folder, basename(file));
  writeFileSync(changed, source.replace(text, becomes));

  const build = inBuild('fast');
  const commands = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'));
  const simulation = commands.filter((each) => each.file.includes('/tests/simulation/'));
  const original = commands.find((each) => each.file === inRoot(file));
  const [compiler, ...options] = original.command.split(' ');
  const flags = options.slice(0, options.indexOf('-o'));
  const object = join(folder, 'changed.o');
  await run(compiler, [...flags, '-w', '-o', object, '-c', changed], { cwd: build, show: 'on-failure' });
  const program = join(folder, 'simulate');
  const objects = simulation.map((each) => /-o (\S+)/.exec(each.command)[1]);
  await run(compiler, [object, ...objects, 'libmeetwire_core.a', '-o', program], { cwd: build, show: 'on-failure' });
  return program;
}
