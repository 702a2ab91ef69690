import { TurnQueue } from './turn-queue';

const waiter = (name: string, priority: 'interactive' | 'background') => ({ name, priority });

describe('TurnQueue', () => {
  it('interactive before background, first come first served within each', () => {
    const queue = new TurnQueue<ReturnType<typeof waiter>>();
    queue.add(waiter('b1', 'background'));
    queue.add(waiter('i1', 'interactive'));
    queue.add(waiter('b2', 'background'));
    queue.add(waiter('i2', 'interactive'));
    const order: string[] = [];
    for (let first = queue.first(); first; first = queue.first()) {
      order.push(first.name);
      queue.remove(first);
    }
    expect(order).toEqual(['i1', 'i2', 'b1', 'b2']);
  });

  it('one can leave from the middle, once', () => {
    const queue = new TurnQueue<ReturnType<typeof waiter>>();
    const [a, b, c] = [waiter('a', 'background'), waiter('b', 'background'), waiter('c', 'background')];
    for (const each of [a, b, c]) queue.add(each);
    expect([queue.remove(b), queue.remove(b)]).toEqual([true, false]);
    expect(queue.removeAll()).toEqual([a, c]);
    expect(queue.first()).toBeUndefined();
  });
});
