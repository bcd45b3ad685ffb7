// What to tell people when something does not work: a sentence of what happened, and one of what to do.
// Codes are those of MeetingError; words for developers come with the error itself and are not shown here.

export interface Words {
  title: string;
  advice: string;
}

const joining: Record<string, Words> = {
  'server-unreachable': {
    title: 'The meeting server cannot be reached.',
    advice: 'Check your connection, then try again. If it stays away, the server may be down or its address wrong.',
  },
  'server-timeout': {
    title: 'The meeting server does not answer.',
    advice: 'It may be busy. Try again in a moment.',
  },
  'server-incompatible': {
    title: 'There is no meeting server at this address.',
    advice: 'Check the server address in the link you were given.',
  },
  'version-mismatch': {
    title: 'This page and the server do not fit together.',
    advice: 'Reload the page to get its newest version.',
  },
  'token-refused': {
    title: 'You have no admission to this room, or it has expired.',
    advice: 'Ask for a fresh invitation.',
  },
  'room-full': {
    title: 'The room is full.',
    advice: 'Try again when somebody has left, or meet in another room.',
  },
  'id-taken': {
    title: 'You are in this room already.',
    advice: 'Leave in the other tab or on the other device first, or join under another id.',
  },
  replaced: {
    title: 'You joined again from elsewhere.',
    advice: 'The meeting goes on there. Join again to have it here.',
  },
  removed: {
    title: 'You were removed from the meeting.',
    advice: 'Ask the host if that was by mistake.',
  },
  denied: {
    title: 'You were not let in.',
    advice: 'Ask the host, then try again.',
  },
  'room-locked': {
    title: 'The room is locked.',
    advice: 'Ask somebody inside to unlock it, then try again.',
  },
  'meeting-ended': {
    title: 'The host has ended the meeting.',
    advice: 'Camera and microphone are off.',
  },
  'not-allowed': {
    title: 'Only a host can do that.',
    advice: 'Ask a host to do it, or to make you one.',
  },
  'server-closing': {
    title: 'The meeting server is shutting down.',
    advice: 'Join again in a moment.',
  },
  'server-unavailable': {
    title: 'The meeting server cannot take anybody at the moment.',
    advice: 'Try again in a moment.',
  },
  'connection-lost': {
    title: 'The connection was lost for too long.',
    advice: 'Check your network, then join again.',
  },
  'rate-limited': {
    title: 'That was too much at once.',
    advice: 'Wait a few seconds, then try again.',
  },
  'message-too-large': {
    title: 'That message is too long.',
    advice: 'Send it in parts.',
  },
  'invalid-room': {
    title: 'That cannot be the name of a room.',
    advice: 'Use 1 to 100 ordinary letters. Chinese characters and emoji count as three or four letters each.',
  },
  'invalid-name': {
    title: 'That name cannot be shown.',
    advice: 'Use a shorter one, of ordinary letters. Chinese characters and emoji count as three or four letters each.',
  },
  'invalid-user': {
    title: 'That user id cannot be used.',
    advice: 'Use 1 to 128 ordinary letters, or leave it out of the address.',
  },
  'not-joined': {
    title: 'You are not in the meeting yet.',
    advice: 'Wait until the connection is back.',
  },
  internal: {
    title: 'Something in this page broke, and the meeting was ended.',
    advice: 'Reload the page and join again. Please report it if it comes back.',
  },
};

export type Device = 'camera' | 'microphone' | 'screen' | 'speaker';

// Who did not permit it says where it can be permitted.
const permitting: Record<string, string> = {
  user: 'You said no just now. Switch it on again and allow it when the browser asks.',
  browser: 'The browser remembers a no. Allow it at the left end of the address bar, then switch it on again.',
  system: 'Allow this browser to use it in the privacy settings of your system, then switch it on again.',
  policy: 'The page around this one does not hand it on. Open the meeting in a tab of its own.',
};

const deviceWords: Record<string, (device: string, deniedBy: string) => Words> = {
  'permission-denied': (device, deniedBy) => ({
    title: `This page may not use your ${device}.`,
    advice: permitting[deniedBy] ?? 'Allow it at the left end of the address bar, or in the system settings, then switch it on again.',
  }),
  'not-found': (device) => ({
    title: `No ${device} was found.`,
    advice: 'Plug one in and switch it on again. You can take part without.',
  }),
  'in-use': (device) => ({
    title: `Another program is using your ${device}.`,
    advice: 'Close that program, then switch it on again.',
  }),
  overconstrained: (device) => ({
    title: `The chosen ${device} is not there any more.`,
    advice: 'Choose another one.',
  }),
  'insecure-context': (device) => ({
    title: `Your browser gives no ${device} to this page, since its address is not secure.`,
    advice: 'Open it over https, or from localhost. You can still watch, listen and write.',
  }),
  'device-unsupported': (device) => ({
    title: device === 'speaker' ? 'This browser cannot choose a speaker.' : `This browser cannot share a ${device}.`,
    advice: device === 'speaker' ? 'Choose it in the settings of your system.' : 'Use a current desktop browser for that.',
  }),
  'track-ended': (device) => ({
    title: `Your ${device} has stopped.`,
    advice: 'Switch it on again.',
  }),
  'device-failed': (device) => ({
    title: `Your ${device} could not be started.`,
    advice: 'Unplug it and plug it in again, or choose another one.',
  }),
};

/** The code of a MeetingError, or of what a browser's device functions reject with. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'internal';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const name = 'name' in error && typeof error.name === 'string' ? error.name : '';
  return browserNames[name] ?? 'internal';
}

const browserNames: Record<string, string> = {
  NotAllowedError: 'permission-denied',
  SecurityError: 'permission-denied',
  NotFoundError: 'not-found',
  NotReadableError: 'in-use',
  OverconstrainedError: 'overconstrained',
  AbortError: 'device-failed',
  NotSupportedError: 'device-unsupported',
  TypeError: 'insecure-context', // navigator.mediaDevices is not there on insecure pages
};

/** Words for what ended or prevented a meeting, or a message. */
export function wordsFor(error: unknown): Words {
  const known = joining[codeOf(error)];
  if (known !== undefined) return known;
  const said = error instanceof Error && error.message !== '' ? error.message : 'The reason is not known.';
  return { title: 'That did not work.', advice: said };
}

/**
 * Words for a device that could not be had, or for two that failed for the same reason; nothing where somebody merely
 * closed the picker.
 */
export function wordsForDevice(error: unknown, ...devices: Device[]): Words | undefined {
  const code = codeOf(error);
  if (code === 'cancelled' || code === 'aborted') return undefined;
  const deniedBy = error instanceof Object && 'deniedBy' in error ? String(error.deniedBy) : '';
  return deviceWords[code]?.(devices.join(' or '), deniedBy) ?? wordsFor(error);
}

/** Words for a device that is on, and of which the system gives nothing. */
export function wordsForInterruption(device: Device): Words {
  return {
    title: `Your ${device} is interrupted.`,
    advice: `A phone call or another program has it. ${device === 'microphone' ? 'The others do not hear you.' : 'The others do not see you.'}`,
  };
}

/** The same before the meeting, where nobody else is yet; empty for none. */
export function wordsForPreview(devices: readonly Device[]): string {
  if (devices.length === 0) return '';
  return `Your ${devices.join(' and ')} ${devices.length === 1 ? 'is' : 'are'} interrupted: a phone call or another program has ${devices.length === 1 ? 'it' : 'them'}.`;
}

const fileWords: Record<string, Words> = {
  'file-declined': { title: 'Declined.', advice: '' },
  'file-cancelled': { title: 'Cancelled by the other side.', advice: '' },
  'file-changed': { title: 'The file was moved or changed meanwhile.', advice: 'Choose it again.' },
  'file-damaged': { title: 'It arrived damaged.', advice: 'Send it again.' },
  'storage-failed': { title: 'It could not be stored.', advice: 'Make room on the disk, then send it again.' },
  'link-failed': { title: 'No connection to them could be made.', advice: 'Send it again when there is one.' },
  'peer-gone': { title: 'The connection was lost.', advice: 'Send it again when they are back.' },
  'peer-misbehaved': { title: 'The other side broke the rules.', advice: '' },
  'channel-closed': { title: 'Their program takes no files.', advice: '' },
  'rate-limited': { title: 'Too many files at once.', advice: 'Wait until some have arrived.' },
  'already-left': { title: 'The meeting is over.', advice: '' },
  aborted: { title: 'Cancelled.', advice: '' },
};

/** What became of a file. */
export function wordsForFile(error: unknown): Words {
  const code = (error as { code?: unknown } | undefined)?.code;
  return fileWords[String(code)] ?? { title: 'It could not be sent.', advice: 'Try again.' };
}
