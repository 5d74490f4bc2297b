// Forms that lose nothing: what a lost connection or an old key kept from being saved stays typed.

const ENTER = "/entrer";

// told: the page as the server tells it; say: shows a text, with a link to another tab where one is needed; put: takes the server's page; entering: goes to the page that asks for a code.
export function bePatient(told, { say, put, saved = () => {}, entering }) {
  let busy = false;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-patient]") || event.defaultPrevented) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const { submitter } = event;
    const fields = new URLSearchParams(new FormData(form, submitter));
    try {
      const answer = await fetch(submitter?.getAttribute("formaction") ?? form.action, {
        method: "POST", body: fields, headers: { Accept: "text/html, application/problem+json" },
      });
      await take(answer, form);
    } catch {
      say(told().texts.notSaved);
    } finally {
      busy = false;
    }
  });

  async function take(answer, form) {
    const path = new URL(answer.url).pathname;
    if (entering && answer.redirected && path === ENTER) return entering(answer);
    if (answer.status === 401 || (answer.redirected && path === ENTER)) {
      return say(told().texts.keyEnded, ENTER);
    }
    if (answer.redirected) {
      saved(form);
      return location.assign(answer.url);
    }
    if ((answer.headers.get("Content-Type") ?? "").startsWith("text/html")) {
      return put(new DOMParser().parseFromString(await answer.text(), "text/html"), form);
    }
    try { return say((await answer.json()).detail); } catch { return say(told().texts.failed); }
  }
}
