// Which texts of a page are hard to read. Runs in the page, so it sees nothing of this module.

/** The texts whose contrast to what is behind them is below what WCAG 2 asks of text (4.5, level AA). */
export function faintTexts(nodes) {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const channels = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) =>
      value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (let at = node; at !== null; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  return nodes.flatMap((node) => {
    const [light, dark] = [luminance(channels(getComputedStyle(node).color)), luminance(behind(node))].toSorted(
      (a, b) => b - a,
    );
    const contrast = (light + 0.05) / (dark + 0.05);
    return contrast < 4.5
      ? [`${node.tagName.toLowerCase()} "${node.textContent.trim().slice(0, 30)}" ${contrast.toFixed(1)}`]
      : [];
  });
}
