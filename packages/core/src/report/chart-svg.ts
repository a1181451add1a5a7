// Charts as inline SVG. Colour is never alone: series differ in fill and outline too, and the numbers follow as a table.
import type { Chart } from '../formats/report.ts';
import { axisOver, scaleTo } from './chart-scale.ts';
import { cutText, escapeHtml, oneLine } from './escape.ts';
import { bucketNames, formatNumber } from './text.ts';

const width = 720;

/** @param id unique in the page: names the title and description for screen readers */
export function chartSvg(title: string, chart: Chart, id: string): string {
  const { height, body } = drawn(chart);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d" class="chart ${chart.type}">
<title id="${id}-t">${escapeHtml(title)}</title><desc id="${id}-d">${escapeHtml(chart.alt)}</desc>
${body}
</svg>`;
}

interface Drawing {
  readonly height: number;
  readonly body: string;
}

function drawn(chart: Chart): Drawing {
  switch (chart.type) {
    case 'histograms':
      return histograms(chart);
    case 'intervals':
      return intervals(chart);
    case 'lines':
      return lines(chart);
  }
}

/** What the figures stand on: the names of the series, and a line with its number for every tick of the y axis. */
function ground(
  { series }: { readonly series: readonly { readonly name: string }[] },
  { left, right }: { readonly left: number; readonly right: number },
  y: {
    readonly ticks: readonly number[];
    readonly up: (value: number) => number;
    readonly label: (value: number) => string;
  },
): readonly string[] {
  const names = legend(
    series.map(({ name }) => name),
    left,
  );
  const lines = y.ticks.map(
    (tick) => line(left, y.up(tick), right, y.up(tick), 'grid') + label(left - 8, y.up(tick) + 4, y.label(tick), 'end'),
  );
  return [names, ...lines];
}

function histograms(chart: Extract<Chart, { type: 'histograms' }>): Drawing {
  const frame = { left: 44, right: width - 16, top: 32, bottom: 216 };
  const counts = Math.max(0, ...chart.series.map((series) => series.values.length));
  if (counts === 0) return nothing;
  const y = axisOver([0, ...chart.series.flatMap((series) => series.values)], 4);
  const up = scaleTo(y, frame.bottom, frame.top);
  const slot = (frame.right - frame.left) / counts;
  const space = Math.min(slot * 0.2, 10);
  const bar = (slot - space) / chart.series.length;
  const bars = chart.series.flatMap((series, order) =>
    series.values.map((value, index) => {
      const left = frame.left + index * slot + space / 2 + order * bar;
      const name = bucketNames(chart.buckets, counts)[index] ?? '';
      return `<rect class="s${order % 4}" x="${tenth(left)}" y="${up(value)}" width="${tenth(Math.max(0.5, bar - 0.6))}" height="${tenth(frame.bottom - up(value))}"><title>${escapeHtml(`${series.name}, ${name}: ${percent(value)}`)}</title></rect>`;
    }),
  );
  const edges = chart.buckets.length === counts + 1;
  const every = Math.ceil(chart.buckets.length / (edges ? 11 : 8));
  const room = Math.floor((slot * every) / 6.5);
  const names = chart.buckets.flatMap((name, index) => {
    if (index % every !== 0) return [];
    const x = frame.left + (edges ? index : index + 0.5) * slot;
    return [label(tenth(x), frame.bottom + 18, cutText(oneLine(name), Math.max(3, room)), 'middle')];
  });
  return {
    height: 264,
    body: [
      ...ground(chart, frame, { ticks: y.ticks, up, label: percent }),
      ...bars,
      line(frame.left, frame.bottom, frame.right, frame.bottom, 'axis'),
      ...names,
      ...(chart.unit === undefined ? [] : [label((frame.left + frame.right) / 2, 256, chart.unit, 'middle')]),
    ].join('\n'),
  };
}

function intervals(chart: Extract<Chart, { type: 'intervals' }>): Drawing {
  if (chart.rows.length === 0) return nothing;
  const frame = { left: 190, right: width - 190, top: 24 };
  const bottom = frame.top + chart.rows.length * 30;
  const margin = chart.margin;
  const x = axisOver(
    [0, ...(margin === undefined ? [] : [margin]), ...chart.rows.flatMap((row) => [row.low, row.high, row.value])],
    6,
  );
  const across = scaleTo(x, frame.left, frame.right);
  const rows = chart.rows.map((row, index) => {
    const y = frame.top + 15 + index * 30;
    const style = row.verdict === undefined ? '' : ` ${row.verdict}`;
    const numbers = `${formatNumber(row.value)}  (${formatNumber(row.low)} … ${formatNumber(row.high)})`;
    return [
      label(frame.left - 14, y + 4, cutText(oneLine(row.name), 26), 'end', 'name'),
      `<path class="interval${style}" d="M${across(row.low)} ${y}H${across(row.high)}M${across(row.low)} ${y - 5}v10M${across(row.high)} ${y - 5}v10"/>`,
      `<circle class="point${style}" cx="${across(row.value)}" cy="${y}" r="4.5"/>`,
      label(frame.right + 14, y + 4, numbers, 'start'),
    ].join('');
  });
  return {
    height: bottom + (chart.unit === undefined ? 30 : 50),
    body: [
      ...x.ticks.map(
        (tick) =>
          line(across(tick), frame.top, across(tick), bottom, 'grid') +
          label(across(tick), bottom + 18, x.label(tick), 'middle'),
      ),
      line(across(0), frame.top - 4, across(0), bottom, 'axis'),
      ...(margin === undefined
        ? []
        : [
            line(across(margin), frame.top - 4, across(margin), bottom, 'margin') +
              label(across(margin), 14, `margin ${formatNumber(margin)}`, 'middle'),
          ]),
      ...rows,
      ...(chart.unit === undefined ? [] : [label((frame.left + frame.right) / 2, bottom + 40, chart.unit, 'middle')]),
    ].join('\n'),
  };
}

function lines(chart: Extract<Chart, { type: 'lines' }>): Drawing {
  const points = chart.series.flatMap((series) => series.points);
  if (points.length === 0) return nothing;
  const frame = { left: 64, right: width - 24, top: 32, bottom: 300 };
  const x = axisOver(
    points.map(([value]) => value),
    6,
  );
  const y = axisOver(
    points.map(([, value]) => value),
    5,
  );
  const across = scaleTo(x, frame.left, frame.right);
  const up = scaleTo(y, frame.bottom, frame.top);
  const from = Math.max(x.low, y.low);
  const to = Math.min(x.high, y.high);
  return {
    height: 352,
    body: [
      ...ground(chart, frame, { ticks: y.ticks, up, label: y.label }),
      ...x.ticks.map((tick) => label(across(tick), frame.bottom + 18, x.label(tick), 'middle')),
      line(frame.left, frame.bottom, frame.right, frame.bottom, 'axis'),
      ...(chart.diagonal === true && to > from ? [line(across(from), up(from), across(to), up(to), 'margin')] : []),
      ...(chart.marks ?? []).flatMap((mark, order) => [
        line(across(mark.x), frame.top, across(mark.x), frame.bottom, 'margin'),
        label(across(mark.x) + 4, frame.top + 12 + 14 * order, cutText(oneLine(mark.name), 40), 'start'),
      ]),
      ...chart.series.map(
        (series, order) =>
          `<polyline class="l${order % 4}" points="${series.points.map(([px, py]) => `${across(px)},${up(py)}`).join(' ')}"/>`,
      ),
      label((frame.left + frame.right) / 2, 342, chart.xLabel, 'middle'),
      `<text x="16" y="166" text-anchor="middle" transform="rotate(-90 16 166)">${escapeHtml(chart.yLabel)}</text>`,
    ].join('\n'),
  };
}

function legend(names: readonly string[], left: number): string {
  let x = left;
  return names
    .map((name, order) => {
      const text = cutText(oneLine(name), 40);
      const item = `<rect class="s${order % 4}" x="${x}" y="6" width="12" height="12"/>${label(x + 18, 16, text, 'start')}`;
      x += 36 + Array.from(text).length * 7;
      return item;
    })
    .join('');
}

const nothing: Drawing = { height: 40, body: '<text x="360" y="24" text-anchor="middle">nothing to draw</text>' };
const tenth = (value: number): number => Math.round(value * 10) / 10;
const percent = (value: number): string => `${formatNumber(Math.round(value * 1000) / 10)} %`;

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end', style = ''): string {
  return `<text${style === '' ? '' : ` class="${style}"`} x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}
