// `meetwire token`: a token from the shell, to try a server out or to hand out by hand.

import { parseArgs } from 'node:util';
import { UsageError, readKey, wholeNumber } from './arguments.ts';
import type { Role } from './option-types.ts';
import { issueToken } from './tokens.ts';

const help = `meetwire token: makes a token for one user in one room

  meetwire token --room ROOM --user USER [options]

  --room ROOM           the room that it opens; without: to be online, and in no room
  --user USER           the user id that it is for
  --name NAME           what the others see; default: as the client says
  --role ROLE           host, guest or viewer; default guest
  --lifetime SECONDS    1 to 86400; default 600
  --secret TEXT         sign with this (HS256); better by MEETWIRE_SECRET, of which the first counts
  --private-key FILE    sign with this (Ed25519, PEM); or MEETWIRE_PRIVATE_KEY, a file or the PEM itself
  --help                this text

A pair of keys: openssl genpkey -algorithm ed25519 -out private.pem
                openssl pkey -in private.pem -pubout -out public.pem
A secret:       openssl rand -hex 32
`;

const flags = {
  room: { type: 'string' },
  user: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  lifetime: { type: 'string' },
  secret: { type: 'string' },
  'private-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What to print. Rejects with UsageError or OptionError. */
export async function tokenCommand(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const values = parse(words);
  if (values.help) return help;
  if (values.user === undefined) throw new UsageError('token: --user is missing.');
  // What is typed goes before what the environment says.
  const typed = values.secret !== undefined || values['private-key'] !== undefined;
  const secret = values.secret ?? (typed ? undefined : environment['MEETWIRE_SECRET']?.split(',')[0]?.trim());
  const key = values['private-key'] ?? (typed || secret ? undefined : environment['MEETWIRE_PRIVATE_KEY']);
  if (!secret && !key) throw new UsageError('token: give --secret or --private-key to sign with.');
  const lifetimeSeconds = wholeNumber('lifetime', values.lifetime);
  const token = await issueToken({
    user: values.user,
    ...(values.room === undefined ? {} : { room: values.room }),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.role === undefined ? {} : { role: values.role as Role }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
    ...(secret ? { secret } : {}),
    ...(key ? { privateKey: readKey('private-key', key) } : {}),
  });
  return `${token}\n`;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: flags, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
