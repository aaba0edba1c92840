// An adapter of sse-adapter/1: node main.mjs NAME speaks for parsers/NAME.mjs on stdin and stdout.
import { Console } from 'node:console';
import { serve } from './loop.mjs';

// Standard output belongs to the protocol, whatever a library likes to say there.
globalThis.console = new Console(process.stderr, process.stderr);
const { adapter } = await import(`./parsers/${process.argv[2]}.mjs`);
await serve(adapter);
