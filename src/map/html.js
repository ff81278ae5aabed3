// Tooltips: under the pointer, at what has the focus, and where it was tapped. Escape closes them.
"use strict";
(() => {
  const gap = 8;
  let row = null, tip = null, pointer = null, timer = 0;
  const rowOf = (event) => (event.target instanceof Element ? event.target.closest(".lane") : null);

  const place = () => {
    if (!tip) return;
    const box = row.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) return close();
    const bar = (row.querySelector(".bar, .lost") || row).getBoundingClientRect();
    const width = tip.offsetWidth, height = tip.offsetHeight;
    const most = document.documentElement.clientWidth - width - gap;
    // Beside the way of a pointer that goes on to the next lane.
    let left = pointer === null ? bar.left : pointer + 16;
    if (pointer !== null && left > most && pointer - 16 - width >= gap) left = pointer - 16 - width;
    let top = box.bottom + 4;
    if (top + height > innerHeight - gap && box.top - 4 - height >= gap) top = box.top - 4 - height;
    tip.style.left = `${Math.max(gap, Math.min(left, most))}px`;
    tip.style.top = `${Math.max(gap, Math.min(top, innerHeight - gap - height))}px`;
  };
  const close = () => {
    clearTimeout(timer);
    if (tip && tip.matches(":popover-open")) tip.hidePopover();
    row = tip = pointer = null;
  };
  const open = (next, at) => {
    clearTimeout(timer);
    if (next === row) return;
    close();
    const found = next.querySelector(".tip");
    if (!found || !found.showPopover) return;
    row = next;
    tip = found;
    pointer = at;
    tip.showPopover();
    place();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (row && !row.contains(document.activeElement)) close();
    }, 200);
  };

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const next = rowOf(event);
    if (next) open(next, event.clientX);
    else if (row) later();
  });
  document.documentElement.addEventListener("pointerleave", later);
  document.addEventListener("focusin", (event) => {
    const next = rowOf(event);
    if (next && event.target.matches(":focus-visible")) open(next, null);
    else if (!next) close();
  });
  document.addEventListener("click", (event) => {
    const next = rowOf(event);
    if (next) open(next, null);
    else close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && tip) {
      close();
      event.preventDefault();
    }
  });
  addEventListener("scroll", place, { capture: true, passive: true });
  addEventListener("resize", place);
})();
