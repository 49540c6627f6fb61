//! The rule file into rules: every name resolved, every expression typed.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::{Schema, Type};
use super::placed::Slot;
use super::spec::{AttachmentSpec, ConditionSpec, FieldSpec, RequiredSpec, Spec, TypeName};
use super::{
    AttachmentRule, Condition, Expression, FieldRule, FieldType, GroupRule, Procedure, Repertoire,
    Required,
};
use crate::form::is_key;
use crate::setting::Unusable;

/// A procedure has some fifty fields; the widest forms of municipalities some three hundred.
const RULES_MAX: usize = 500;
/// Without `max` a text may have a paragraph's length.
const TEXT_MAX: usize = 200;
/// Without `max_bytes` an attachment may have this many: a scanned page has some 300 KB.
const ATTACHMENT_BYTES_MAX: usize = 10_000_000;

/// Codes that the check itself uses; conditions must not hide behind them.
const OWN_CODES: &[&str] = crate::completeness::CODES;

type Result<T> = std::result::Result<T, Unusable>;

pub(super) fn compile(text: &str, spec: Spec) -> Result<Procedure> {
    let head = |key: &str, why: &str| Unusable { line: 0, key: key.into(), why: why.into() };
    let is_id = |code: &String| letter::SenderId::parse(code).is_some();
    if !is_id(&spec.code) || !spec.also.iter().all(is_id) {
        return Err(head("code", "code or also is not an id"));
    }
    if spec.fields.is_empty() || spec.fields.len() > RULES_MAX {
        return Err(head("field", "there are no fields or more than 500"));
    }
    let groups = groups(text, &spec)?;
    let mut rules =
        Rules { text, places: BTreeMap::new(), plain: 0, widths: vec![0; groups.len()] };
    let mut fields = Vec::with_capacity(spec.fields.len());
    for (at, field) in spec.fields.iter().enumerate() {
        fields.push(rules.field(at, field, &groups)?);
    }
    let attachments = attachments(text, &spec.attachments)?;
    let Rules { places, plain, widths, .. } = rules;
    let mut procedure = Procedure {
        code: spec.code,
        name: spec.name,
        name_en: spec.name_en,
        version: spec.version,
        also: spec.also,
        roles: spec.roles,
        fields,
        groups,
        attachments,
        conditions: Vec::new(),
        places: places.into_iter().collect(),
        widths,
        plain,
    };
    check_roles(&procedure)?;
    requirements(text, &spec.fields, &spec.attachments, &mut procedure)?;
    procedure.conditions = conditions(text, &spec.conditions, &procedure)?;
    Ok(procedure)
}

fn groups(text: &str, spec: &Spec) -> Result<Vec<GroupRule>> {
    let mut groups: Vec<GroupRule> = Vec::new();
    for group in &spec.groups {
        let fault = |why: &str| Unusable::new(text, group.path.span().start, "group.path", why);
        let path = group.path.get_ref();
        if !path.split('.').all(is_key) {
            return Err(fault("it is not a path"));
        }
        if groups.iter().any(|earlier| earlier.path == *path) {
            return Err(fault("it stands twice"));
        }
        if group.min > group.max || group.max == 0 {
            return Err(fault("min is above max, or max is 0"));
        }
        groups.push(GroupRule {
            path: path.clone(),
            label: group.label.clone(),
            label_en: group.label_en.clone(),
            min: group.min,
            max: group.max,
        });
    }
    Ok(groups)
}

struct Rules<'t> {
    text: &'t str,
    places: BTreeMap<String, usize>,
    plain: usize,
    widths: Vec<usize>,
}

impl Rules<'_> {
    fn field(&mut self, at: usize, spec: &FieldSpec, groups: &[GroupRule]) -> Result<FieldRule> {
        let line_at = spec.path.span().start;
        let fault = |key: &str, why: String| {
            Unusable::new(self.text, line_at, &format!("field.{key}"), why)
        };
        let path = spec.path.get_ref();
        let kind = field_type(spec).map_err(|(key, why)| fault(key, why))?;
        let group = group_of(path, groups).map_err(|why| fault("path", why))?;
        for other in &spec.also {
            let same_shape = other.contains("[]") == group.is_some();
            if !same_shape || !is_path(other) {
                return Err(fault("also", format!("{other:?} is not a path of the same shape")));
            }
        }
        let mut names: Vec<String> = vec![path.clone()];
        names.extend(spec.also.iter().cloned());
        if group.is_some() {
            // An XML form cannot tell that its only item is one of a list.
            names.extend(names.clone().iter().map(|name| name.replacen("[]", "", 1)));
        }
        for name in names {
            if self.places.contains_key(&name) {
                return Err(fault("path", format!("{name:?} stands twice")));
            }
            self.places.insert(name, at);
        }
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        let slot = match group {
            None => Slot::Plain(next(&mut self.plain)),
            Some(group) => Slot::Item { group, column: next(&mut self.widths[group]) },
        };
        Ok(FieldRule {
            path: path.clone(),
            label: spec.label.clone(),
            label_en: spec.label_en.clone(),
            kind,
            severity: spec.severity,
            required: Required::Never,
            slot,
        })
    }
}

fn is_path(path: &str) -> bool {
    let mut lists = 0;
    let keys = path.split('.').all(|key| match key.strip_suffix("[]") {
        Some(key) => {
            lists += 1;
            is_key(key)
        }
        None => is_key(key),
    });
    keys && lists <= 1
}

fn group_of(path: &str, groups: &[GroupRule]) -> std::result::Result<Option<usize>, String> {
    if !is_path(path) {
        return Err(format!("{path:?} is not a path with at most one list"));
    }
    let Some((list, _)) = path.split_once("[]") else { return Ok(None) };
    match groups.iter().position(|group| group.path == list) {
        Some(group) => Ok(Some(group)),
        None => Err(format!("there is no [[group]] {list:?}")),
    }
}

/// Reads the type with its own keys; keys of another type are refused.
fn field_type(spec: &FieldSpec) -> std::result::Result<FieldType, (&'static str, String)> {
    use TypeName as T;
    let given = [
        ("max", spec.max.is_some(), &[T::Text, T::Kana][..]),
        ("lines", spec.lines.is_some(), &[T::Text]),
        ("repertoire", spec.repertoire.is_some(), &[T::Text]),
        ("past", spec.past.is_some(), &[T::Date]),
        ("not_before", spec.not_before.is_some(), &[T::Date]),
        ("not_after", spec.not_after.is_some(), &[T::Date]),
        ("min", spec.min.is_some(), &[T::Number]),
        ("max_value", spec.max_value.is_some(), &[T::Number]),
        ("choices", spec.choices.is_some(), &[T::Choice]),
    ];
    for (key, is_given, types) in given {
        if is_given && !types.contains(&spec.kind) {
            return Err((key, format!("a field of type {:?} has no {key}", spec.kind)));
        }
    }
    let max = spec.max.unwrap_or(TEXT_MAX);
    Ok(match spec.kind {
        T::Text => FieldType::Text {
            max,
            lines: spec.lines.unwrap_or(1),
            repertoire: spec.repertoire.unwrap_or(Repertoire::Any),
        },
        T::Kana => FieldType::Kana { max },
        T::Date => FieldType::Day {
            past: spec.past.unwrap_or(false),
            not_before: spec.not_before,
            not_after: spec.not_after,
        },
        T::Number => {
            let (min, max) = (spec.min.unwrap_or(i64::MIN), spec.max_value.unwrap_or(i64::MAX));
            if min > max {
                return Err(("min", "min is above max_value".into()));
            }
            FieldType::Number { min, max }
        }
        T::PostalCode => FieldType::PostalCode,
        T::Phone => FieldType::Phone,
        T::Email => FieldType::Email,
        T::Municipality => FieldType::Municipality,
        T::Choice => match spec.choices.clone() {
            Some(choices) if !choices.is_empty() => FieldType::Choice(choices),
            _ => return Err(("choices", "a choice has choices".into())),
        },
    })
}

fn attachments(text: &str, specs: &[AttachmentSpec]) -> Result<Vec<AttachmentRule>> {
    let mut rules: Vec<AttachmentRule> = Vec::new();
    for spec in specs {
        let fault = |why: &str| Unusable::new(text, spec.name.span().start, "attachment.name", why);
        let name = spec.name.get_ref();
        if letter::SenderId::parse(name).is_none() {
            return Err(fault("it is not an id"));
        }
        if rules.iter().any(|earlier| earlier.name == *name) {
            return Err(fault("it stands twice"));
        }
        rules.push(AttachmentRule {
            name: name.clone(),
            label: spec.label.clone(),
            label_en: spec.label_en.clone(),
            also: spec.also.clone(),
            types: spec.types.clone(),
            max_bytes: spec.max_bytes.unwrap_or(ATTACHMENT_BYTES_MAX),
            required: Required::Never,
            severity: spec.severity,
        });
    }
    Ok(rules)
}

fn check_roles(procedure: &Procedure) -> Result<()> {
    let roles = &procedure.roles;
    let all = [
        ("roles.municipality", &roles.municipality),
        ("roles.name", &roles.name),
        ("roles.birth", &roles.birth),
        ("roles.sex", &roles.sex),
        ("roles.address", &roles.address),
        ("roles.postal", &roles.postal),
    ];
    for (key, role) in all {
        let Some(path) = role else { continue };
        if path.contains("[]") || procedure.field(path).is_none() {
            let why = format!("{path:?} is not a field outside lists");
            return Err(Unusable { line: 0, key: key.into(), why });
        }
    }
    Ok(())
}

impl Procedure {
    fn schema(&self) -> Schema<'_> {
        Schema { fields: &self.fields, groups: &self.groups, attachments: &self.attachments }
    }
}

fn requirements(
    text: &str,
    fields: &[FieldSpec],
    attachments: &[AttachmentSpec],
    procedure: &mut Procedure,
) -> Result<()> {
    for (at, spec) in fields.iter().enumerate() {
        let slot = procedure.fields[at].slot;
        let required = required(text, &spec.required, procedure, slot.group())?;
        procedure.fields[at].required = required;
    }
    for (at, spec) in attachments.iter().enumerate() {
        procedure.attachments[at].required = required(text, &spec.required, procedure, None)?;
    }
    Ok(())
}

fn required(
    text: &str,
    spec: &Option<toml::Spanned<RequiredSpec>>,
    procedure: &Procedure,
    group: Option<usize>,
) -> Result<Required> {
    let Some(spec) = spec else { return Ok(Required::Never) };
    match spec.get_ref() {
        RequiredSpec::Plain(true) => Ok(Required::Always),
        RequiredSpec::Plain(false) => Ok(Required::Never),
        RequiredSpec::If(source) => {
            let at = spec.span().start;
            let expression = truth(text, at, "required", source, procedure)?;
            if expression.group().is_some_and(|found| Some(found) != group) {
                let why = "it names a list's field; use any() or all()";
                return Err(Unusable::new(text, at, "required", why));
            }
            Ok(Required::If(expression))
        }
    }
}

fn truth(
    text: &str,
    at: usize,
    key: &str,
    source: &str,
    procedure: &Procedure,
) -> Result<Expression> {
    let fault = |offset: usize, why: String| {
        let why = format!("at character {}: {why}", offset + 1);
        Unusable::new(text, at, key, why)
    };
    let expression =
        Expression::compile(source, &procedure.schema()).map_err(|e| fault(e.at, e.why))?;
    match expression.kind() {
        Type::Truth => Ok(expression),
        other => Err(fault(0, format!("it is {} and not a condition", other.name()))),
    }
}

fn conditions(text: &str, specs: &[ConditionSpec], rules: &Procedure) -> Result<Vec<Condition>> {
    let mut codes = BTreeSet::new();
    let mut conditions = Vec::with_capacity(specs.len());
    for spec in specs {
        let code = spec.code.get_ref();
        let at = spec.code.span().start;
        let fault = |key: &str, why: String| Unusable::new(text, at, key, why);
        if letter::SenderId::parse(code).is_none() || OWN_CODES.contains(&code.as_str()) {
            let why = format!("{code:?} is not an id or one of the check's own codes");
            return Err(fault("condition.code", why));
        }
        if !codes.insert(code.clone()) {
            return Err(fault("condition.code", format!("{code:?} stands twice")));
        }
        let path = spec.field.get_ref();
        let field = rules.fields.iter().position(|field| field.path == *path);
        let field =
            field.ok_or_else(|| fault("condition.field", format!("{path:?} is not a field")))?;
        let must =
            truth(text, spec.must.span().start, "condition.must", spec.must.get_ref(), rules)?;
        let when = match &spec.when {
            Some(when) => {
                Some(truth(text, when.span().start, "condition.when", when.get_ref(), rules)?)
            }
            None => None,
        };
        let named = [
            must.group(),
            when.as_ref().and_then(Expression::group),
            rules.fields[field].slot.group(),
        ];
        let mut groups: Vec<usize> = named.into_iter().flatten().collect();
        groups.sort_unstable();
        groups.dedup();
        if groups.len() > 1 {
            return Err(fault("condition", "it names fields of two lists".into()));
        }
        conditions.push(Condition {
            code: code.clone(),
            when,
            must,
            field,
            group: groups.first().copied(),
            text: spec.text.clone(),
            text_en: spec.text_en.clone(),
            severity: spec.severity,
        });
    }
    Ok(conditions)
}
