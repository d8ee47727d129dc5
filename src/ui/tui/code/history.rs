//! Steps that can be taken back and done again. Typing in one go is one step.

/// Most steps, and most bytes in them.
const MOST_STEPS: usize = 1_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// One change.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// First byte.
    pub(super) at: usize,
    /// What was there.
    pub(super) removed: String,
    /// What is there now.
    pub(super) inserted: String,
    /// Where the cursor was.
    pub(super) cursor: usize,
}

impl Edit {
    /// The change that takes this one back.
    pub(super) fn reversed(&self) -> Self {
        Self {
            at: self.at,
            removed: self.inserted.clone(),
            inserted: self.removed.clone(),
            cursor: self.cursor,
        }
    }

    fn bytes(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

/// The steps.
#[derive(Default)]
pub(super) struct History {
    done: Vec<Edit>,
    undone: Vec<Edit>,
    bytes: usize,
    /// The next change begins a step of its own.
    closed: bool,
}

impl History {
    /// A change was made.
    pub(super) fn push(&mut self, edit: Edit) {
        self.undone.clear();
        let closed = std::mem::take(&mut self.closed);
        if !closed && let Some(last) = self.done.last_mut() {
            let is_typing = edit.removed.is_empty()
                && !edit.inserted.contains('\n')
                && last.at + last.inserted.len() == edit.at
                && !last.inserted.is_empty();
            let is_deleting = edit.inserted.is_empty()
                && last.inserted.is_empty()
                && edit.at + edit.removed.len() == last.at;
            if is_typing {
                self.bytes += edit.bytes();
                last.inserted.push_str(&edit.inserted);
                return;
            }
            if is_deleting {
                self.bytes += edit.bytes();
                last.at = edit.at;
                last.removed.insert_str(0, &edit.removed);
                return;
            }
        }
        self.bytes += edit.bytes();
        self.done.push(edit);
        while self.done.len() > MOST_STEPS || (self.bytes > MOST_BYTES && self.done.len() > 1) {
            self.bytes -= self.done.remove(0).bytes();
        }
    }

    /// The next change is a step of its own.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// The last step; it can be done again.
    pub(super) fn undo(&mut self) -> Option<Edit> {
        let edit = self.done.pop()?;
        self.bytes -= edit.bytes();
        self.undone.push(edit.clone());
        self.closed = true;
        Some(edit)
    }

    /// The step that was taken back last.
    pub(super) fn redo(&mut self) -> Option<Edit> {
        let edit = self.undone.pop()?;
        self.bytes += edit.bytes();
        self.done.push(edit.clone());
        self.closed = true;
        Some(edit)
    }
}
