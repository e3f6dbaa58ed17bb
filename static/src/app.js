// Small comforts. Every page works without them: nothing here is needed to read, answer or decide.

/** Move focus to the summary of errors, and from its links to the field itself with its label in sight. */
function watchErrorSummary(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) {
      return;
    }
    event.preventDefault();
    const label = field.closest("fieldset")?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
    (label ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

/** Let a form with a `data-once` button be sent once; sent again within the same visit it does nothing. */
function sendOnce() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const buttons = form.querySelectorAll("[data-once]");
    if (event.defaultPrevented || !buttons.length) {
      return;
    }
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    // Not `disabled`: that would drop the button's own value from what is sent, and lose the reader's place.
    buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  // Back shows the page as it was left: it can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) {
      return;
    }
    document.querySelectorAll("form").forEach((form) => sent.delete(form));
    document.querySelectorAll("[data-once]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
}

/** Say how many characters are left: at once to the eye, after a pause in typing to a screen reader. */
function countCharacters(group) {
  const box = group.querySelector("textarea, input");
  const shown = box && document.getElementById(`${box.id}-count`);
  const { count, countLeft, countOver } = group.dataset;
  if (!shown || !countLeft || !countOver) {
    return;
  }
  const spoken = document.createElement("div");
  spoken.className = "nhsuk-u-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  shown.after(spoken);
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  let pause;
  const update = () => {
    // The server counts whole characters, and a line break as the two that a form sends.
    const left = Number(count) - [...box.value.replaceAll("\n", "\r\n")].length;
    shown.textContent = (left < 0 ? countOver : countLeft).replace("{number}", numbers.format(Math.abs(left)));
    shown.classList.toggle("app-count--over", left < 0);
    clearTimeout(pause);
    pause = setTimeout(() => {
      spoken.textContent = shown.textContent;
    }, 1000);
  };
  box.addEventListener("input", update);
  if (box.value) {
    update();
  }
}

/** Untick what cannot go together: a box such as “None of these” rules out the others of its group, and they it. */
function keepExclusive(event) {
  const box = event.target;
  if (!box.checked || !box.matches?.('.nhsuk-checkboxes__input[type="checkbox"]')) {
    return;
  }
  const isExclusive = box.hasAttribute("data-checkbox-exclusive");
  for (const other of box.form?.elements ?? []) {
    if (other !== box && other.name === box.name && other.checked) {
      other.checked = !isExclusive && !other.hasAttribute("data-checkbox-exclusive");
    }
  }
}

/** Renew what a page says of work in the background; when it has ended show the whole page anew. */
function follow(shown) {
  const look = async () => {
    try {
      const response = await fetch(location.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const now = page.getElementById(shown.id);
      if (!response.ok || !now?.hasAttribute("data-follow")) {
        location.reload();
        return;
      }
      // Whoever reads the link with a screen reader keeps their place: only what has changed is put in.
      if (now.innerHTML !== shown.innerHTML && !shown.contains(document.activeElement)) {
        shown.replaceChildren(...now.childNodes);
      }
    } catch {
      // Away from the network for a moment: the next look may find it again.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}

document.addEventListener("change", keepExclusive);
document.querySelectorAll("[data-follow]").forEach(follow);
document.querySelectorAll("[data-error-summary]").forEach(watchErrorSummary);
document.querySelectorAll("[data-count]").forEach(countCharacters);
sendOnce();
