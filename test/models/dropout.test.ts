import { expect, it } from 'vitest';
import { gradients } from '#models/graph/gradients';
import { Graph } from '#models/graph/graph';
import { dropout } from '#models/graph/operations/dropout';
import { sum } from '#models/graph/operations/reduction';
import { Session } from '#models/graph/session';

const COUNT = 64;
const WIDTH = 50;

/** Two layers of dropout over ones: their outputs and the derivative of the first at its input. */
function drop(seed: readonly [number, number]): (Float32Array | undefined)[] {
  const graph = new Graph();
  const input = graph.placeholder('input', 'float32', [null, WIDTH]);
  const fed = graph.placeholder('seed', 'int32', [2]);
  const first = dropout(graph, 'first', input, { rate: 0.25, seed: fed });
  const second = dropout(graph, 'second', input, { rate: 0.25, seed: fed });
  const rows = dropout(graph, 'rows', input, { rate: 0.25, seed: fed, shape: [null, 1] });
  const derivatives = gradients(graph, sum(graph, 'loss', first, [0, 1]), [input]);
  const session = Session.open(graph);
  const feeds = [
    { tensor: input, shape: [COUNT, WIDTH], data: new Float32Array(COUNT * WIDTH).fill(1) },
    { tensor: fed, shape: [2], data: Int32Array.from(seed) },
  ];
  const results = session.run(feeds, [first, second, rows, ...derivatives]);
  session.close();
  return results.map((each) => (each instanceof Float32Array ? each : undefined));
}

it('dropout with equal seeds drops the same values, and its derivative has the same mask', () => {
  const [first, second, rows, derivative] = drop([7, 3]);
  expect(drop([7, 3])).toEqual([first, second, rows, derivative]);
  expect(derivative).toEqual(first);
});

it('another seed and another layer drop other values', () => {
  const [first, second] = drop([7, 3]);
  expect(second).not.toEqual(first);
  expect(drop([7, 4])[0]).not.toEqual(first);
  expect(drop([8, 3])[0]).not.toEqual(first);
});

it('the share that is asked for is dropped, and the rest makes up for it', () => {
  const [first = new Float32Array()] = drop([7, 3]);
  expect([...new Set(first)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
  const kept = first.filter((each) => each > 0).length / first.length;
  // Four standard errors of a share of 3,200 independent draws.
  expect(Math.abs(kept - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / first.length));
});

it('a mask of [batch, 1] drops whole rows', () => {
  const [, , rows = new Float32Array()] = drop([7, 3]);
  const distinct = Array.from(
    { length: COUNT },
    (_, row) => new Set(rows.subarray(row * WIDTH, (row + 1) * WIDTH)).size,
  );
  expect(new Set(distinct)).toEqual(new Set([1]));
  expect(new Set(rows).size).toBe(2);
});
