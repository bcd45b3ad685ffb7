// What `import 'meetwire/testing'` gives: meetings within an application's own tests, in one Node process.

export { virtualWorld } from './world.ts';
export type { Controls, UntilOptions, VirtualMeeting, VirtualServer, VirtualWorld, WorldOptions } from './world.ts';
export type { Person, VirtualNetwork } from './person.ts';
export type { DeniedBy, PluggedDevice, VirtualDevices } from './virtual-devices.ts';
export type { ServerOptions } from './server.ts';
export type { Traffic } from './network.ts';
export type { WorldErrorCode } from './world-error.ts';
export { WorldError } from './world-error.ts';
