// _iterSSEMessages, see sdk.mjs.
import { _iterSSEMessages } from '@anthropic-ai/sdk/core/streaming';
import { sdk } from '../sdk.mjs';

export const adapter = sdk('anthropic-node', '@anthropic-ai/sdk', _iterSSEMessages);
