// node-redis in RESP2 and RESP3: node node-redis.js HOST PORT
import assert from 'node:assert/strict';
import { createClient } from 'redis';

const url = `redis://${process.argv[2]}:${process.argv[3]}`;

for (const RESP of [2, 3]) {
  const key = (name) => `node:r${RESP}:${name}`;
  const redis = await createClient({ url, RESP }).connect();
  const other = await redis.duplicate().connect();

  await redis.set(key('s'), '1', { EX: 100 });
  assert.equal(await redis.incrBy(key('s'), 41), 42);
  assert.deepEqual(await redis.mGet([key('s'), key('none')]), ['42', null]);
  await redis.hSet(key('h'), { a: '1', b: '2' });
  assert.deepEqual({ ...(await redis.hGetAll(key('h'))) }, { a: '1', b: '2' });
  await redis.zAdd(key('z'), [{ score: 1.5, value: 'm' }]);
  assert.equal(await redis.zScore(key('z'), 'm'), 1.5);

  const many = await Promise.all(Array.from({ length: 500 }, (_, i) => redis.set(key(`many:${i}`), `${i}`)));
  assert.equal(many.length, 500);

  assert.deepEqual(await redis.multi().set(key('tx'), '1').incr(key('tx')).exec(), ['OK', 2]);
  await other.watch(key('tx'));
  await redis.set(key('tx'), 'other');
  await assert.rejects(other.multi().set(key('tx'), 'mine').exec(), /watch/i);

  const blocked = other.blPop(key('list'), 20);
  await redis.rPush(key('list'), 'a');
  assert.deepEqual({ ...(await blocked) }, { key: key('list'), element: 'a' });

  const found = new Set();
  for await (const keys of redis.scanIterator({ MATCH: key('many:*'), COUNT: 50 })) {
    for (const one of [keys].flat()) found.add(one);
  }
  assert.equal(found.size, 500);

  const subscriber = await redis.duplicate().connect();
  const heard = new Promise((resolve) => subscriber.subscribe(key('news'), resolve));
  let receivers = 0;
  while (receivers === 0) receivers = await redis.publish(key('news'), 'hello');
  assert.equal(await heard, 'hello');

  for (const client of [redis, other, subscriber]) client.destroy();
}
console.log('node-redis: all went well');
