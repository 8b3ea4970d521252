// The code stands behind the #, which browsers send to nobody. Without scripts, it is typed in by hand.
const field = document.querySelector("#token");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  field.form.requestSubmit();
}
