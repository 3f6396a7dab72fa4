// The time axis: stretches of work side by side, the idle time between them cut to a narrow strip.
const CUT_WIDTH = 22;

function timeScale(pixelsPerHour) {
  let left = 0;
  const pieces = axis.map(([from, to]) => {
    const piece = { from, to, left, width: ((to - from) / 3600) * pixelsPerHour };
    left += piece.width + CUT_WIDTH;
    return piece;
  });
  const width = Math.max(0, left - CUT_WIDTH);
  const x = (seconds) => {
    for (const piece of pieces) {
      if (seconds < piece.from) return piece.left - CUT_WIDTH / 2;
      if (seconds <= piece.to) return piece.left + ((seconds - piece.from) / 3600) * pixelsPerHour;
    }
    return width;
  };
  const holds = (seconds) => pieces.some((piece) => seconds >= piece.from && seconds <= piece.to);
  return { x, width, pieces, holds, pixelsPerHour };
}

// The zoom at which everything fits into the width.
function fittingZoom(width) {
  const hours = axis.reduce((sum, [from, to]) => sum + (to - from) / 3600, 0);
  return hours ? (width - CUT_WIDTH * (axis.length - 1)) / hours : 1;
}

// Full hours to label: every 1, 2, 3, 6 or 12 hours, as the zoom leaves room.
function hourMarks(scale) {
  const every = [1, 2, 3, 6, 12].find((step) => step * scale.pixelsPerHour >= 38) ?? 24;
  const marks = [];
  for (const piece of scale.pieces) {
    for (let at = piece.from; at <= piece.to; at += 3600) {
      const hour = local(at).getUTCHours();
      marks.push({ at, x: scale.x(at), midnight: hour === 0, labelled: hour % every === 0 && at < piece.to });
    }
  }
  return marks;
}
