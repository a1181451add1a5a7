import { expect, test } from 'vitest';
import { annotationsOf, checkAnnotations, workflowCommands } from '@pawl/core/report';
import { makeReport } from '@pawl/core/testing';

const finding = (severity: 'error' | 'warning' | 'notice', index: number) => ({
  severity,
  title: `t${index}`,
  message: `m${index}`,
  file: 'data/flights.csv',
  line: index + 1,
});

test('annotations come most severe first, those with a place before those without', () => {
  const report = makeReport({
    findings: [finding('notice', 0), { severity: 'error', title: 'nowhere', message: 'x' }, finding('error', 1)],
    problems: [{ code: 'P', severity: 'warning', message: 'hm.', hint: 'Do this.', file: 'a.yml', line: 2, column: 3 }],
  });
  expect(annotationsOf(report).map((annotation) => annotation.title)).toEqual(['t1', 'nowhere', 'P', 't0']);
});

test('a step shows ten errors and ten warnings, and says how many more there are', () => {
  const findings = Array.from({ length: 40 }, (_, index) => finding(index % 2 === 0 ? 'error' : 'warning', index));
  const lines = workflowCommands(makeReport({ findings }));
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(10);
  expect(lines.at(-1)).toBe('::notice title=Pawl::20 more annotations are in the report.');
});

test('a hostile finding stays one command of one line', () => {
  const [line] = workflowCommands(
    makeReport({
      findings: [
        {
          severity: 'error',
          title: 'a,line=9::x',
          message: 'm\n::set-env name=A::b',
          file: 'x,y:z\n::stop-commands::q',
        },
      ],
    }),
  );
  expect(line).toBe(
    '::error file=x%2Cy%3Az%0A%3A%3Astop-commands%3A%3Aq,title=a%2Cline=9%3A%3Ax::m%0A::set-env name=A::b',
  );
});

test('an advisory report warns where another would err', () => {
  expect(workflowCommands(makeReport({ advisory: true, verdict: 'fail', findings: [finding('error', 0)] }))).toEqual([
    '::warning file=data/flights.csv,line=1,title=t0::m0',
  ]);
});

test('a check run gets fifty annotations a request, and only those with a file', () => {
  const findings = [
    ...Array.from({ length: 120 }, (_, index) => finding('warning', index)),
    { severity: 'error' as const, title: 'x', message: 'y' },
  ];
  const requests = checkAnnotations(makeReport({ findings }));
  expect(requests.map((request) => request.length)).toEqual([50, 50, 20]);
  expect(requests[0]?.[0]).toEqual({
    path: 'data/flights.csv',
    start_line: 1,
    end_line: 1,
    annotation_level: 'warning',
    title: 't0',
    message: 'm0',
  });
});
