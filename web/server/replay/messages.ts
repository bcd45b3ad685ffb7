// What stands in the messages of a trace, as far as the story tells of it. Whatever cannot be read is no message.

import type { Message } from './trace-file.ts';

type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isMessage = (value: unknown): value is Message => typeof fieldsOf(value)['type'] === 'string';

/** Of an event or command with a name and a body: those of an envelope, or the one of a classic or plain frame, alike. */
export function messagesIn({ name, body }: Fields): readonly Message[] {
  let content: unknown;
  try {
    content = JSON.parse(textOf(body));
  } catch {
    return [];
  }
  if (name === 'meetwire') return listOf(fieldsOf(content)['messages']).filter(isMessage);
  if (name === 'plain') return isMessage(content) ? [content] : [];
  if (name !== 'msg') return [{ ...fieldsOf(content), type: textOf(name) }];
  const { type, data } = fieldsOf(content);
  const { userId, ...rest } = fieldsOf(data);
  return [{ ...rest, error: data, from: userId, to: rest['targetUid'], type: textOf(type) || 'chat' }];
}

/** `offer` or `answer`, if the message is a pair's with such a description. */
export function descriptionIn(message: Message): 'offer' | 'answer' | undefined {
  for (const kind of ['offer', 'answer'] as const) {
    if ((message.type === 'signal' || message.type === kind) && typeof message[kind] === 'object') return kind;
    if (message.type === kind && typeof message['sdp'] === 'string') return kind;
  }
  return undefined;
}

export const codeOf = (error: unknown): string => {
  const { code, detail } = fieldsOf(error);
  return [textOf(code) || 'unknown', textOf(detail)].filter(Boolean).join(': ');
};
