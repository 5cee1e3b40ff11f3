import type { Translate } from '#lib/ctx';

import { spanOfTime, utcDay } from './relative-time';
import { State } from './state';

const DAY_MS = 86_400_000;
const MONTH_MS = 30.4375 * DAY_MS;

/** Ticks per month, per year where the whole is longer than three years; every third one is longer. */
function Ticks({ wholeMs, until }: { wholeMs: number; until: number }) {
  const step = wholeMs > 3 * 365 * DAY_MS ? 12 * MONTH_MS : MONTH_MS;
  const count = Math.min(60, Math.max(1, Math.round(wholeMs / step)));
  return (
    <>
      <line className="axis" x1="0" x2="100%" y1="17" y2="17" />
      {Array.from({ length: count + 1 }, (_, index) => {
        const x = `${((index / count) * until).toFixed(2)}%`;
        return <line key={index} className="axis" x1={x} x2={x} y1={index % 3 === 0 ? 10 : 13} y2="17" />;
      })}
    </>
  );
}

/**
 * A ruler from the first to the last day with a needle for today; red past the end. Of a certificate
 * that was revoked or is on hold, what is left counts for nothing and is not drawn as if it did.
 */
export function ValidityRuler({
  notBefore,
  notAfter,
  void: isVoid = false,
  now,
  t,
  locale,
}: {
  notBefore: string;
  notAfter: string;
  void?: boolean;
  now: Date;
  t: Translate;
  locale: string;
}) {
  const start = new Date(notBefore);
  const end = new Date(notAfter);
  const whole = Math.max(1, end.getTime() - start.getTime());
  const leftSeconds = (end.getTime() - now.getTime()) / 1000;
  const early = now < start;
  const over = leftSeconds < 0;
  // Past the end, the bar leaves a little room for what is over.
  const until = over ? 100 / (1 + Math.min(0.25, Math.max(0.03, -leftSeconds / (whole / 1000)))) : 100;
  const needle = over ? 100 : Math.min(100, Math.max(0, ((now.getTime() - start.getTime()) / whole) * 100));
  const values = {
    from: utcDay(start, locale),
    to: utcDay(end, locale),
    span: spanOfTime(leftSeconds, locale),
  };
  const soon = !over && leftSeconds < 30 * 86_400;
  return (
    <div className="validity">
      <div className="validity-word">
        <span>
          {over
            ? t('common.validity.ended', values)
            : isVoid
              ? t('common.validity.void')
              : early
                ? t('common.validity.begins', values)
                : t('common.validity.valid')}
        </span>
        <span className="nowrap">
          {over ? (
            <State kind="bad">{t('common.validity.over', values)}</State>
          ) : isVoid ? (
            t('common.validity.wasLeft', values)
          ) : soon ? (
            <State kind="warn">{t('common.validity.left', values)}</State>
          ) : (
            t('common.validity.left', values)
          )}
        </span>
      </div>
      <svg role="img" aria-label={t('common.validity.label', values)}>
        <rect className="past" x="0" y="3" width={`${over ? until : needle}%`} height="6" />
        {over ? (
          <rect className="over" x={`${until}%`} y="5" width={`${100 - until}%`} height="2" />
        ) : (
          <rect
            className={isVoid ? 'void' : 'left'}
            x={`${needle}%`}
            y="3"
            width={`${100 - needle}%`}
            height="6"
          />
        )}
        <Ticks wholeMs={whole} until={until} />
        <line className="needle" x1={`${needle}%`} x2={`${needle}%`} y1="0" y2="20" />
      </svg>
      <div className="validity-ends">
        <span>{values.from}</span>
        <span>{over ? t('common.validity.today') : values.to}</span>
      </div>
    </div>
  );
}

/** The ruler of a certificate that is not there yet. */
export function PlannedValidity({ days, t }: { days: number; t: Translate }) {
  return (
    <div className="validity">
      <div className="validity-word">
        <span>{t('common.validity.days', { days })}</span>
        <span className="nowrap">{t('common.validity.fromSigning')}</span>
      </div>
      <svg role="img" aria-label={t('common.validity.planLabel', { days })}>
        <rect className="plan" x="0" y="3.5" width="100%" height="5" />
        <Ticks wholeMs={days * DAY_MS} until={100} />
      </svg>
      <div className="validity-ends">
        <span>{t('common.validity.signing')}</span>
        <span>{t('common.validity.daysLater', { days })}</span>
      </div>
    </div>
  );
}
