// What the person at the terminal sees: one line when a piece of work begins, one when it ends.

const plain = !process.stdout.isTTY || process.env.NO_COLOR;
const paint = (code) => (text) => (plain ? text : `\x1b[${code}m${text}\x1b[0m`);

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');

export const say = (text) => process.stdout.write(`${text}\n`);

export function seconds(ms) {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** Announces `title`, does the work, says how long it took. */
export async function step(title, work) {
  say(`${bold('>')} ${title} ...`);
  const begun = performance.now();
  const result = await work();
  say(dim(`  ${title}: ${seconds(performance.now() - begun)}`));
  return result;
}

/** An error whose message is all the reader needs: shown without a stack. */
export class Plain extends Error {}

/** Runs a script's main function; a `Plain` error ends it with its message, another one with its stack. */
export async function main(run) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`\n${red(error instanceof Plain ? error.message : (error?.stack ?? String(error)))}\n`);
    process.exitCode = 1;
  }
}
