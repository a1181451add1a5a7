// What answers behind a gateway cost, where it tells no price: Portkey's open source tells none.
import type { ModelProvider, ModelReply } from '@pawl/core';
import type { GatewayAddress } from '@pawl/core/prompt-regression';
import { priced } from './reply.ts';

/** Answers of a priced route cost that, whatever the gateway says; one from a cache costs nothing. */
export function withRoutePrices(provider: ModelProvider, prices: NonNullable<GatewayAddress['prices']>): ModelProvider {
  const withPrice = (reply: ModelReply): ModelReply => {
    const { route, usage } = reply;
    if (route?.model === undefined || !Object.hasOwn(prices, route.model)) return reply;
    const costUsd = priced(usage, prices[route.model]);
    return costUsd === undefined ? reply : { ...reply, costUsd };
  };
  const { recorded } = provider;
  return {
    ...provider,
    ...(recorded !== undefined && {
      recorded: (request) => {
        const reply = recorded(request);
        return reply === undefined ? undefined : withPrice(reply);
      },
    }),
    complete: async (request) => {
      const reply = await provider.complete(request);
      return 'failure' in reply ? reply : withPrice(reply);
    },
  };
}
