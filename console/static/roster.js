/* 排班 by keys: arrows go from seat to seat, Enter opens one, Esc closes its panel and goes back to where it was opened.
   */
(function () {
  "use strict";
  let opened = null;
  const seatsOf = (cell) => (cell ? Array.from(cell.querySelectorAll(".seat")) : []);

  function beside(seat, key) {
    const cell = seat.closest("td"), row = cell.parentElement, here = seatsOf(cell), at = here.indexOf(seat);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const there = seatsOf(key === "ArrowLeft" ? cell.previousElementSibling : cell.nextElementSibling);
      return there[Math.min(at, there.length - 1)];
    }
    const down = key === "ArrowDown", next = here[at + (down ? 1 : -1)];
    if (next) return next;
    const other = down ? row.nextElementSibling : row.previousElementSibling;
    const there = other ? seatsOf(other.children[cell.cellIndex]) : [];
    return there[down ? 0 : there.length - 1];
  }

  document.addEventListener("keydown", (event) => {
    const seat = event.target.closest(".rota .seat");
    if (seat && /^Arrow(Left|Right|Up|Down)$/.test(event.key)) {
      const next = beside(seat, event.key);
      if (next) { event.preventDefault(); next.focus(); }
    }
    const panel = document.getElementById("panel");
    if (event.key === "Escape" && panel && panel.querySelector(".seatcard")) close(panel);
  });
  function close(panel) {
    panel.replaceChildren();
    const address = opened && opened.getAttribute("hx-get");
    const there = address && Array.from(document.querySelectorAll(".seat")).find((one) => one.getAttribute("hx-get") ===
        address);
    if (there) there.focus();
  }
  document.addEventListener("click", (event) => {
    const seat = event.target.closest(".seat");
    if (seat) opened = seat;
    if (event.target.closest(".seatcard .shut")) {
      event.preventDefault();
      close(document.getElementById("panel"));
    }
  });
})();
