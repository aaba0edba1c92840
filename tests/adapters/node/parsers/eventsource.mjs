// EventSource of the 5.x line, see ../eventsource.mjs.
import { EventSource } from 'eventsource';
import { overFetch } from '../eventsource.mjs';

export const adapter = overFetch('eventsource', EventSource);
