// _iterSSEMessages, see sdk.mjs.
import { _iterSSEMessages } from 'openai/core/streaming';
import { sdk } from '../sdk.mjs';

export const adapter = sdk('openai-node', 'openai', _iterSSEMessages);
