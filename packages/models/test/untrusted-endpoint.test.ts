// An endpoint whose certificate cannot be trusted: nothing is sent to it, nobody waits, and everybody is told why.
import { openAiProvider, Pacer } from '@pawl/models';
import { expect, test } from 'vitest';
import { selfSigned, tlsService } from '@pawl/wire/testing';

const request = { model: 'm', messages: [{ role: 'user', content: 'a' }], parameters: {}, repeat: 0 } as const;

test('a certificate that cannot be trusted is told with its remedy, and soon nobody is sent any more', async () => {
  let asked = 0;
  const slept: number[] = [];
  await using server = await tlsService(selfSigned(['localhost']), () => void (asked += 1));
  const provider = openAiProvider({
    baseUrl: `https://localhost:${server.port}/v1`,
    apiKey: 'sk-secret-1',
    pacer: new Pacer({ max: 1 }),
    sleep: async (milliseconds) => void slept.push(milliseconds),
  });
  const replies = await Promise.all(Array.from({ length: 9 }, () => provider.complete(request)));
  for (const reply of replies)
    expect(reply).toMatchObject({
      failure: expect.stringContaining('a certificate that cannot be trusted: it is signed'),
    });
  expect(replies[0]).toMatchObject({ hint: expect.stringContaining('in NODE_EXTRA_CA_CERTS') });
  expect(replies[8]).toMatchObject({ failure: expect.stringContaining('it was not asked any more') });
  expect({ asked, slept }).toEqual({ asked: 0, slept: [] });
  // The next is on its way when the third is judged.
  expect(server.connections()).toBeLessThan(7);
});
