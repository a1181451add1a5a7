// Where another text than nunjucks' comes out, on purpose.
/** Expression, what it gives here, and why that is better than what nunjucks gives. */
export const differences: readonly (readonly [string, string, string])[] = [
  ['True', 'true', 'as in Jinja, where nunjucks finds no such name'],
  ['uni | reverse', '🎉 本日 eßörg', 'characters stay whole, where nunjucks cuts them in halves'],
  ['numbers | sum(start=100)', '116', 'arguments by name work for every filter'],
  ['people | sum(attribute="age")', '90', 'arguments by name work for every filter'],
  ['- -n', '7', 'nunjucks generates JavaScript that is none'],
  ['"a" if no else "b" if no else "c"', 'c', 'as in Jinja'],
  ['missing | trim', '', 'a missing value is empty text for every filter'],
  ['not n == 8', 'true', 'as in Jinja; nunjucks reads (not n) == 8'],
  ['"a" ~ 1 + 2', 'a3', 'as in Jinja; nunjucks joins 1 and 2'],
  ['{"a": {"b": 1}} | dump', '{"a":{"b":1}}', 'two closing braces end nothing inside of braces'],
];
