// The errors of the public face.

export { MeetingError } from '../../bindings/errors.ts';
export type { Blame, Denier, ErrorCode } from '../../bindings/client-types.ts';
