// Brings one of the WebAssembly modules to life, the same way in a page, a worker, under a bundler and in Node.
//
// Owns: where the bytes come from, compiling once, instantiating. Knows nothing of what the module does.

import { unpackLzma } from './lzma.ts';

const decoder = new TextDecoder();

/** What can stand in for the bytes that are built in: to take them from a cache, or to stream them. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

export interface LoadOptions {
  /** The module itself (`meetwire/core.wasm`, of the same version); default: the bytes built into this file. */
  wasm?: WasmSource | PromiseLike<WasmSource>;
}

/** An instance: what the C++ exports, and its memory. */
export interface LoadedModule<Door> {
  door: Door;
  memory: WebAssembly.Memory;
}

/** What the build puts into wasm/<door>.js. */
export interface PackedModule {
  /** The module's bytes: LZMA without header, then in base64. */
  packed: string;
  /** How many bytes that unpacks to. */
  size: number;
}

/**
 * A loader for one packed module. Every call gives an instance of its own, with its own memory; the built-in
 * bytes are unpacked and compiled only once. Rejects with what WebAssembly says (`CompileError`, `LinkError`),
 * or with a `TypeError` for a response that is not a success; a failure is not remembered.
 */
export function loaderOf<Door>(packed: PackedModule): (options?: LoadOptions) => Promise<LoadedModule<Door>> {
  let builtIn: Promise<WebAssembly.Module> | undefined;

  const compileBuiltIn = (): Promise<WebAssembly.Module> => {
    builtIn ??= WebAssembly.compile(unpack(packed)).catch((error: unknown) => {
      builtIn = undefined;
      throw error;
    });
    return builtIn;
  };

  return async ({ wasm } = {}) => {
    const module = wasm === undefined ? await compileBuiltIn() : await compile(await wasm);
    return instantiate(module);
  };
}

async function instantiate<Door>(module: WebAssembly.Module): Promise<LoadedModule<Door>> {
  let memory: WebAssembly.Memory;
  let table: WebAssembly.Table;
  const door: Record<string, (...given: number[]) => unknown> = {};
  const { exports } = await WebAssembly.instantiate(module, {
    // bindings/numbers.cpp
    meetwire: { numberOf: (at: number, size: number) => Number(decoder.decode(new Uint8Array(memory.buffer, at, size))) },
    // What Emscripten's library asks for. Who reads the memory takes it anew each time, and nothing exits but by a failure.
    env: {
      emscripten_notify_memory_growth: () => {},
      // embind: what EMSCRIPTEN_BINDINGS binds. Numbers need no conversion, so that their types do not matter here.
      _embind_register_function(name: number, _count: number, _types: number, _signature: number, invoker: number, target: number) {
        const text = new Uint8Array(memory.buffer, name);
        const invoke = table.get(invoker) as (...given: number[]) => unknown;
        door[decoder.decode(text.subarray(0, text.indexOf(0)))] = (...given) => invoke(target, ...given);
      },
    },
    wasi_snapshot_preview1: {
      proc_exit(code: number) {
        throw new WebAssembly.RuntimeError(`exit ${code}`);
      },
    },
  });
  memory = exports['memory'] as WebAssembly.Memory;
  table = exports['__indirect_function_table'] as WebAssembly.Table;
  (exports['_initialize'] as () => void)();
  return { door: door as Door, memory };
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new TypeError(`The WebAssembly module could not be fetched: HTTP status ${source.status}`);
  // Streaming insists on the content type, which not every static server knows for .wasm.
  const streams = source.headers.get('content-type') === 'application/wasm';
  return streams ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

function unpack({ packed, size }: PackedModule): Uint8Array<ArrayBuffer> {
  return unpackLzma(Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)), size);
}
