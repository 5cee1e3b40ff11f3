'use client';

import { useEffect } from 'react';

/** Choosing a template writes its words into the field beside it, where they can be changed. */
export function TemplateFiller({ texts }: { texts: Record<string, string> }) {
  useEffect(() => {
    const filled = new Map<string, string>();
    function onChange(event: Event): void {
      const select = event.target;
      if (!(select instanceof HTMLSelectElement) || !select.dataset['fills']) return;
      const field = document.querySelector<HTMLTextAreaElement>(`#${select.dataset['fills']}`);
      // Own words are never overwritten: only an empty field or an unchanged template is.
      if (!field || (field.value.trim() !== '' && field.value !== filled.get(field.id))) return;
      const text = texts[select.value] ?? '';
      field.value = text;
      filled.set(field.id, text);
    }
    document.addEventListener('change', onChange);
    return () => document.removeEventListener('change', onChange);
  }, [texts]);
  return null;
}
