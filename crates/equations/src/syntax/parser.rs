//! Models and their blocks.

use super::lexer::{Token, Word, words};
use super::{Argument, Arm};
use super::{Function, Model, NESTING, OnCondition, OnReceive, Span};
use crate::fault::Notes;
use neuropil_core::did_you_mean;

/// A line could not be read; what was wrong is in the notes already.
pub(super) struct Broken;

pub(super) type Read<T> = Result<T, Broken>;

/// What a model may hold.
const BLOCKS: [&str; 10] = [
    "state",
    "parameters",
    "internals",
    "equations",
    "input",
    "output",
    "update",
    "onReceive",
    "onCondition",
    "function",
];

/// Reads all models of a text. What could not be read is in the notes, and left out.
pub(crate) fn parse(notes: &mut Notes<'_>) -> Vec<Model> {
    let tokens = words(notes);
    let mut parser = Parser { notes, tokens, at: 0, levels: 0, seen: Vec::new(), unread: Vec::new() };
    let mut models = Vec::new();
    while *parser.word() != Word::End {
        match parser.word() {
            Word::Newline | Word::Indent | Word::Dedent => parser.at += 1,
            _ => {
                let _ = parser.model(&mut models);
            }
        }
    }
    models
}

/// Reads tokens one after the other.
pub(super) struct Parser<'n, 't> {
    pub notes: &'n mut Notes<'t>,
    tokens: Vec<Token>,
    pub at: usize,
    /// How many brackets, signs and blocks are open.
    levels: usize,
    /// The blocks of this model that were read.
    seen: Vec<String>,
    /// The names with which lines begin that could not be read.
    unread: Vec<String>,
}

impl Parser<'_, '_> {
    pub fn word(&self) -> &Word {
        &self.tokens[self.at.min(self.tokens.len() - 1)].word
    }

    /// The word after the next ones.
    pub fn ahead(&self, count: usize) -> &Word {
        &self.tokens[(self.at + count).min(self.tokens.len() - 1)].word
    }

    pub fn span(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].span
    }

    /// The place of the word read last.
    pub fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    pub fn is(&self, sign: &'static str) -> bool {
        *self.word() == Word::Sign(sign)
    }

    pub fn is_name(&self, name: &str) -> bool {
        matches!(self.word(), Word::Name(own) if own == name)
    }

    pub fn take(&mut self, sign: &'static str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    pub fn take_name(&mut self, name: &str) -> bool {
        let found = self.is_name(name);
        self.at += usize::from(found);
        found
    }

    /// A fault at the next word.
    pub fn wrong<T>(&mut self, message: impl Into<String>) -> Read<T> {
        let span = self.span();
        self.notes.fault(span, message);
        Err(Broken)
    }

    /// What stands here, for messages.
    pub fn found(&self) -> String {
        match self.word() {
            Word::Newline => "the end of the line".into(),
            Word::Indent => "a line that is indented more".into(),
            Word::Dedent | Word::End => "the end of the block".into(),
            _ => format!("`{}`", self.span().of(self.notes.text)),
        }
    }

    pub fn expect(&mut self, sign: &'static str, after: &str) -> Read<()> {
        if self.take(sign) {
            return Ok(());
        }
        let found = self.found();
        self.wrong(format!("expected `{sign}` {after}, found {found}"))
    }

    pub fn name(&mut self, what: &str) -> Read<(String, Span)> {
        let span = self.span();
        if let Word::Name(name) = self.word() {
            let name = name.clone();
            self.at += 1;
            return Ok((name, span));
        }
        let found = self.found();
        self.wrong(format!("expected {what}, found {found}"))
    }

    /// Runs `read` one level deeper.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.levels >= NESTING {
            return self.wrong(format!("nested more than {NESTING} levels deep; give a part of it a name of its own"));
        }
        self.levels += 1;
        let result = read(self);
        self.levels -= 1;
        result
    }

    /// Goes on behind this line and the block below it.
    pub fn skip_line(&mut self) {
        while !matches!(self.word(), Word::Newline | Word::End | Word::Dedent) {
            self.at += 1;
        }
        if *self.word() == Word::Newline {
            self.at += 1;
        }
        if *self.word() == Word::Indent {
            self.skip_block();
        }
    }

    /// Keeps the names with which a line begins, from token `begin` on, that could not be read.
    fn keep_names(&mut self, begin: usize) {
        let line = self.tokens[begin..].iter().take_while(|token| token.word != Word::Newline).take(8);
        let names = line.filter_map(|token| match &token.word {
            Word::Name(name) => Some(name.clone()),
            _ => None,
        });
        let begins = ["recordable", "inline", "kernel"];
        self.unread.extend(names.filter(|name| !begins.contains(&name.as_str())));
    }

    fn skip_block(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.word() {
                Word::Indent => depth += 1,
                Word::Dedent => depth -= 1,
                Word::End => return,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    pub fn end_of_line(&mut self) -> Read<()> {
        if *self.word() == Word::Newline {
            self.at += 1;
            return Ok(());
        }
        let found = self.found();
        // `0.067 1/ms`: a type may be spelled so, a value not.
        let is_rate = matches!(self.word(), Word::Number { .. }) && *self.ahead(1) == Word::Sign("/");
        let meant = if is_rate { "; a number per unit is `0.1 / ms`" } else { "" };
        self.wrong(format!("expected the end of the line, found {found}{meant}"))
    }

    /// The lines of an indented block, each read by `line`; goes on behind lines that are broken.
    pub fn block<T>(&mut self, what: &str, mut line: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.expect(":", &format!("after {what}"))?;
        if *self.word() != Word::Newline {
            // A block of one line.
            return line(self).map(|one| vec![one]);
        }
        self.at += 1;
        if *self.word() != Word::Indent {
            let span = self.last_span();
            self.notes.fault(span, format!("{what} is empty: indent its lines below it"));
            return Ok(Vec::new());
        }
        self.at += 1;
        let mut lines = Vec::new();
        while !matches!(self.word(), Word::Dedent | Word::End) {
            match self.word() {
                Word::Newline => self.at += 1,
                Word::Indent => {
                    let span = self.span();
                    self.notes.fault(span, "this line is indented more than the one before it, which opens no block");
                    self.skip_block();
                }
                _ => {
                    let begin = self.at;
                    match line(self) {
                        Ok(read) => lines.push(read),
                        Err(Broken) => {
                            self.keep_names(begin);
                            self.skip_line();
                        }
                    }
                }
            }
        }
        self.at += usize::from(*self.word() == Word::Dedent);
        Ok(lines)
    }

    fn model(&mut self, models: &mut Vec<Model>) -> Read<()> {
        let begin = self.at;
        if !self.take_name("model") {
            let found = self.found();
            self.notes.fault(self.span(), format!("expected `model NAME:`, found {found}"));
            self.skip_line();
            self.at += usize::from(self.at == begin);
            return Err(Broken);
        }
        let mut model = Model::default();
        let header = self.name("the name of the model");
        match header {
            Ok((name, place)) => (model.name, model.place) = (name, place),
            Err(Broken) => {
                self.skip_line();
                return Err(Broken);
            }
        }
        self.seen.clear();
        self.unread.clear();
        let body = self.block("the name of the model", |parser| parser.part(&mut model));
        if body.is_err() {
            self.skip_line();
        }
        model.unread = std::mem::take(&mut self.unread);
        models.push(model);
        Ok(())
    }

    /// A block of a model.
    fn part(&mut self, model: &mut Model) -> Read<()> {
        let (mut word, place) = self.name("a block, such as `state:`")?;
        if !BLOCKS.contains(&word.as_str()) {
            let meant = did_you_mean(&word, BLOCKS.into_iter());
            self.notes.fault(place, format!("no block is called `{word}`{meant}; blocks: {}", BLOCKS.join(", ")));
            // It is read as what was meant, so that its names mean something.
            let likely = BLOCKS.into_iter().find(|block| meant.contains(&format!("`{block}`")));
            word = likely.ok_or(Broken)?.to_owned();
        }
        if !["onReceive", "onCondition", "function"].contains(&word.as_str()) {
            if self.seen.contains(&word) {
                self.notes.fault(place, format!("a second block `{word}`; join the two"));
            }
            self.seen.push(word.clone());
        }
        let what = format!("`{word}`");
        match word.as_str() {
            "state" => model.state.extend(self.block(&what, |parser| parser.declaration_line())?),
            "parameters" => model.parameters.extend(self.block(&what, |parser| parser.declaration_line())?),
            "internals" => model.internals.extend(self.block(&what, |parser| parser.declaration_line())?),
            "equations" => model.equations.extend(self.block(&what, Self::equation_line)?),
            "input" => model.input.extend(self.block(&what, Self::port)?),
            "output" => {
                let kinds = self.block(&what, Self::output)?;
                if let Some(second) = kinds.get(1) {
                    self.notes.fault(second.1, "a second output; a model has one");
                }
                model.output = kinds.first().copied();
            }
            "update" => model.update.extend(self.deeper(|parser| parser.statements(&what))?),
            "onReceive" => model.on_receive.push(self.on_receive(place)?),
            "onCondition" => {
                self.expect("(", "after `onCondition`")?;
                let condition = self.expression()?;
                self.expect(")", "after the condition")?;
                let body = self.deeper(|parser| parser.statements("`onCondition(...)`"))?;
                model.on_condition.push(OnCondition { arm: Arm { condition, body }, span: place });
            }
            _ => model.functions.push(self.function()?),
        }
        Ok(())
    }

    fn on_receive(&mut self, span: Span) -> Read<OnReceive> {
        self.expect("(", "after `onReceive`")?;
        let port = self.variable("the name of a spike port")?;
        let mut priority = None;
        while self.take(",") {
            let (word, place) = self.name("`priority=n`")?;
            if word != "priority" || priority.is_some() {
                self.notes.fault(place, format!("expected one `priority=n`, found `{word}`"));
                return Err(Broken);
            }
            self.expect("=", "after `priority`")?;
            priority = Some(self.whole_number()?);
        }
        self.expect(")", "after the port")?;
        let body = self.deeper(|parser| parser.statements("`onReceive(...)`"))?;
        Ok(OnReceive { port, priority, body, span })
    }

    fn whole_number(&mut self) -> Read<i64> {
        let sign = if self.take("-") { -1.0 } else { 1.0 };
        self.take("+");
        if let Word::Number { value, whole: true } = *self.word() {
            self.at += 1;
            #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 2^53")]
            return Ok((sign * value) as i64);
        }
        let found = self.found();
        self.wrong(format!("expected a whole number, found {found}"))
    }

    fn function(&mut self) -> Read<Function> {
        let (name, place) = self.name("the name of the function")?;
        self.expect("(", "after the name of the function")?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            let (name, span) = self.name("the name of an argument")?;
            let of = self.type_name()?;
            arguments.push(Argument { name, of, span });
            if !self.take(",") {
                break;
            }
        }
        self.expect(")", "after the arguments")?;
        let returns = if self.is(":") { None } else { Some(self.type_name()?) };
        let body = self.deeper(|parser| parser.statements("the function"))?;
        Ok(Function { name, place, arguments, returns, body })
    }
}
