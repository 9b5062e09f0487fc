(function () {
  "use strict";
  var list = document.getElementById("list");
  var controls = document.getElementById("controls");
  // Evidence must be on paper too, as long as that is a reasonable stack.
  window.addEventListener("beforeprint", function () {
    var all = document.querySelectorAll("details.finding:not([hidden])");
    if (all.length <= 200) { all.forEach(function (one) { one.open = true; }); }
  });
  function reveal() {
    var one = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (one && one.tagName === "DETAILS") { one.open = true; one.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
  if (!list || !controls) { return; }
  var findings = Array.prototype.slice.call(list.children);
  var texts = findings.map(function (one) { return one.textContent.toLowerCase(); });
  var search = document.getElementById("search");
  var sort = document.getElementById("sort");
  var matches = document.getElementById("matches");
  var chips = Array.prototype.slice.call(controls.querySelectorAll("[data-state]"));
  controls.hidden = false;
  function apply() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var states = {};
    chips.forEach(function (chip) {
      states[chip.dataset.state] = chip.getAttribute("aria-pressed") === "true";
    });
    var shown = 0;
    findings.forEach(function (one, index) {
      var fits = states[one.dataset.state] !== false && words.every(function (word) {
        return texts[index].indexOf(word) >= 0;
      });
      one.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    matches.textContent = shown + " / " + findings.length;
  }
  function order() {
    var key = sort.value;
    var rank = { confirmed: "0", probable: "1", possible: "2" };
    var value = function (one) {
      var text = one.dataset[key] || "";
      return key === "confidence" ? rank[text] || "3" : text;
    };
    var sorted = findings.slice();
    if (key) {
      sorted.sort(function (a, b) { return value(a).localeCompare(value(b), undefined, { numeric: true }); });
    }
    sorted.forEach(function (one) { list.appendChild(one); });
  }
  var waiting;
  search.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  sort.addEventListener("change", order);
  chips.forEach(function (chip) {
    chip.addEventListener("click", function () {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  });
  apply();
})();
