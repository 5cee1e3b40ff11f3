/** A digest in groups of four, eight or four to the line: the form in which people compare. */
export function Fingerprint({ hex }: { hex: string }) {
  const groups =
    hex
      .replace(/[^0-9a-f]/giu, '')
      .toLowerCase()
      .match(/.{1,4}/gu) ?? [];
  return (
    <div className="fp">
      <span>
        {groups.map((group, index) => (
          <span key={index}>{index < groups.length - 1 ? `${group} ` : group}</span>
        ))}
      </span>
    </div>
  );
}

const HEIGHT = 28;

/** 64 bars for 64 hex digits, so that a key is recognised at a glance. Ornament: the digits below decide. */
export function Comb({ hex }: { hex: string }) {
  const digits = [...hex.replace(/[^0-9a-f]/giu, '')].slice(0, 64);
  const path = digits
    .map((digit, index) => {
      const tall = 2 + Math.round((Number.parseInt(digit, 16) / 15) * (HEIGHT - 2));
      return `M${index * 4} ${HEIGHT - tall}h2v${tall}h-2z`;
    })
    .join('');
  return (
    <svg className="comb" viewBox={`0 0 254 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path fill="currentColor" d={path} />
    </svg>
  );
}
