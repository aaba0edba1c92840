// _iterSSEMessages, see sdk.mjs.
import { _iterSSEMessages } from 'openai-6/core/streaming';
import { sdk } from '../sdk.mjs';

export const adapter = sdk('openai-node-6', 'openai-6', _iterSSEMessages);
