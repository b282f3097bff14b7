const row = document.getElementById("row"), grades = document.getElementById("grades");
const buttons = document.querySelectorAll("button[data-by]");
const cells = [...document.querySelectorAll("a.cell[data-layer]")];
const homes = cells.map(cell => cell.parentNode);
const keys = {
  place: cell => 0,
  distance: cell => +cell.dataset.distance,
  height: cell => -cell.dataset.height,
  need: cell => +cell.dataset.need,
};
function order(by) {
  const key = cell => [keys[by](cell), +cell.dataset.layer, +cell.dataset.head];
  const compare = (a, b) => key(a).map((value, i) => value - key(b)[i]).find(step => step) || 0;
  if (by === "grade") cells.forEach((cell, i) => homes[i].append(cell));
  else [...cells].sort(compare).forEach(cell => row.append(cell));
  row.className = by;
  if (grades) grades.hidden = by !== "grade";
  buttons.forEach(button => button.setAttribute("aria-pressed", button.dataset.by === by));
}
buttons.forEach(button => button.addEventListener("click", () => order(button.dataset.by)));
