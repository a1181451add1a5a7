// A section in a check run's text: hidden from people, readable for the sibling that renders the comment.
import { gunzipSync, gzipSync } from 'node:zlib';
import { Report } from '@pawl/core';
import { compactReport, compactSteps, type Section } from '@pawl/core/report';

/** GitHub takes 65,535 characters of text. */
const textLimit = 65_000;
/** A sibling that unpacks a forged section must not run out of memory. */
const unpackedLimit = 8_000_000;

/** The section, cut down only as far as it must be. */
export function packSection(section: Section): string {
  const texts = compactSteps.map((step) => () => {
    const packed = {
      v: 1,
      key: section.key,
      report: compactReport(section.report, step),
      reportUrl: section.reportUrl,
    };
    // The operating system's mark in gzip's header would make the text differ between machines.
    const bytes = gzipSync(JSON.stringify(packed), { level: 9 });
    bytes[9] = 255;
    return `<!-- pawl section ${bytes.toString('base64')} -->`;
  });
  let text = '';
  for (const make of texts) {
    text = make();
    if (text.length <= textLimit) break;
  }
  return text;
}

/** Undefined when the text holds no section, or none that this version can read. */
export function unpackSection(text: string): Section | undefined {
  const match = /<!-- pawl section ([A-Za-z0-9+/=]+) -->/.exec(text);
  if (match === null) return undefined;
  try {
    const json = gunzipSync(Buffer.from(match[1] ?? '', 'base64'), { maxOutputLength: unpackedLimit }).toString('utf8');
    const { v, key, report, reportUrl } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    const checked = Report.safeParse(report);
    if (v !== 1 || typeof key !== 'string' || !checked.success) return undefined;
    return { key, report: checked.data, ...(typeof reportUrl === 'string' && { reportUrl }) };
  } catch {
    return undefined;
  }
}
