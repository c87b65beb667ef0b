"use strict";
// Transcripts: filter, search, page. Model text enters the page by textContent only, never as HTML.
(() => {
  const PAGE = 25;
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows.map(
    ([arm, set, probe, heat, turn, index, finish, prompt, answer, verdicts]) => ({
      arm, set, probe, heat: String(heat), turn, index, finish, answer,
      prompt: data.prompts[prompt],
      verdicts: verdicts.length ? verdicts : [["", "unjudged", ""]],
    }),
  );
  const pick = (name) => document.getElementById("f-" + name);
  const names = ["arm", "set", "probe", "heat", "verdict", "label"];
  const values = {
    arm: (row) => [row.arm],
    set: (row) => [row.set],
    probe: (row) => [row.probe],
    heat: (row) => [row.heat],
    verdict: (row) => row.verdicts.map((entry) => entry[1]),
    label: (row) => row.verdicts.map((entry) => entry[2]).filter(Boolean),
  };
  const words = { heat: (value) => (Number(value) === 0 ? "greedy" : value) };
  let page = 0;
  let found = rows;

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function fill(name, among) {
    const select = pick(name);
    const kept = select.value;
    const options = [...new Set(among.flatMap(values[name]))];
    select.replaceChildren(new Option("all", ""));
    for (const value of options) {
      const text = words[name] ? words[name](value) : value.replaceAll("_", " ");
      select.add(new Option(text, "=" + value));
    }
    select.value = options.includes(kept.slice(1)) && kept ? kept : "";
  }

  function pattern() {
    const text = pick("text").value.trim();
    return text ? new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "giu") : null;
  }

  function matches(row, wanted, text) {
    for (const name of ["arm", "set", "probe", "heat"]) {
      if (wanted[name] && "=" + row[name] !== wanted[name]) return false;
    }
    const judged = row.verdicts.some(
      ([, verdict, label]) =>
        (!wanted.verdict || "=" + verdict === wanted.verdict) &&
        (!wanted.label || "=" + label === wanted.label),
    );
    if (!judged) return false;
    return !text || row.answer.search(text) >= 0 || row.prompt.some((turn) => turn[1].search(text) >= 0);
  }

  function marked(node, content, text) {
    let end = 0;
    for (const match of text ? content.matchAll(text) : []) {
      node.append(content.slice(end, match.index), element("mark", "", match[0]));
      end = match.index + match[0].length;
    }
    node.append(content.slice(end));
    return node;
  }

  function said(role, content, text) {
    const block = element("div", "turn " + (role === "answer" ? "answer" : "asked"));
    block.append(element("span", "role", role));
    const quote = element("p", content ? "text" : "text none");
    quote.dir = "auto";
    block.append(content ? marked(quote, content, text) : quote);
    if (!content) quote.textContent = "(empty)";
    return block;
  }

  function isolated(className, text) {
    const node = element("bdi", className, text);
    node.dir = "auto";
    return node;
  }

  function transcript(row, text) {
    const item = element("li", "transcript");
    const head = element("div", "head");
    head.append(isolated("arm", row.arm), isolated("", row.set + " / " + row.probe));
    const heat = Number(row.heat) === 0 ? "greedy" : "T=" + row.heat;
    head.append(element("span", "", heat + (row.turn ? ", turn " + row.turn : "") + ", #" + row.index));
    if (row.finish === "length") head.append(element("span", "", "cut at the token limit"));
    for (const [judge, verdict, label] of row.verdicts) {
      const badge = isolated("badge", verdict.replaceAll("_", " ") + (label ? ": " + label.replaceAll("_", " ") : ""));
      if (verdict === "true") badge.classList.add("yes");
      if (judge) badge.title = "judge " + judge;
      head.append(badge);
    }
    item.append(head);
    for (const [role, content] of row.prompt) item.append(said(role, content, text));
    item.append(said("answer", row.answer, text));
    return item;
  }

  function show() {
    const text = pattern();
    const start = page * PAGE;
    const slice = found.slice(start, start + PAGE);
    document.getElementById("list").replaceChildren(...slice.map((row) => transcript(row, text)));
    document.getElementById("list").start = start + 1;
    const number = (value) => value.toLocaleString("en");
    document.getElementById("count").textContent = slice.length
      ? `Answers ${number(start + 1)} to ${number(start + slice.length)} of ${number(found.length)}`
      : "No answer fits these filters.";
    document.getElementById("previous").disabled = page === 0;
    document.getElementById("next").disabled = start + PAGE >= found.length;
  }

  function refresh() {
    const set = pick("set").value;
    fill("probe", set ? rows.filter((row) => "=" + row.set === set) : rows);
    const wanted = Object.fromEntries(names.map((name) => [name, pick(name).value]));
    const text = pattern();
    found = rows.filter((row) => matches(row, wanted, text));
    page = 0;
    show();
  }

  function turnPage(step) {
    page += step;
    show();
    document.getElementById("list").focus({ preventScroll: true });
    document.getElementById("count").scrollIntoView({ block: "start" });
  }

  let waiting = 0;
  const form = document.getElementById("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", refresh);
  form.addEventListener("reset", () => setTimeout(refresh));
  pick("text").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150);
  });
  document.getElementById("previous").addEventListener("click", () => turnPage(-1));
  document.getElementById("next").addEventListener("click", () => turnPage(1));
  for (const name of names) fill(name, rows);
  refresh();
})();
