// EventSource of the 3.x line, see ../eventsource.mjs.
import { EventSource } from 'eventsource-3';
import { overFetch } from '../eventsource.mjs';

export const adapter = overFetch('eventsource-3', EventSource);
