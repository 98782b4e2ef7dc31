/**
 * The grammar, for peggy. It accepts what herd7's three parsers accept for C (init and condition take OCaml's
 * comments, code takes C's; here both kinds are taken outside of code), as far as it is found in published tests.
 */
export const GRAMMAR = String.raw`
{{
  const fold = (head, tail) => tail.reduce((left, [operator, right, at]) =>
    ({ kind: 'binary', operator, left, right, at }), head)
  const foldCondition = (kind, head, tail) => tail.reduce((left, right) => ({ kind, left, right }), head)
  const integer = (text) => {
    const digits = text.replace(/[uUlL]+$/, '')
    return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits)
  }
}}
{
  const at = () => { const { line, column } = location().start; return { line, column } }
  const stepped = (to, step) => ({ kind: 'assign', to, value: binary(step[0], to, number(1)), at: at() })
  const number = (value) => ({ kind: 'number', value, at: at() })
  const binary = (operator, left, right) => ({ kind: 'binary', operator, left, right, at: at() })
  const one = (s) => (Array.isArray(s) ? { kind: 'block', body: s, at: at() } : s)
}

Test
  = Blank "C" [ \t]+ name:$[^ \t\r\n]+ Prelude init:InitBlock threads:ThreadText+ tail:Tail Blank
    { return { name, init, threads, ...tail } }

// Between name and initial state stand comments, quoted strings and lines such as "Orig=...".
Prelude "the initial state, in braces" = (MlComment / CComment / String / !"{" .)*
String = '"' [^"]* '"'

// --- initial state ------------------------------------------------------------------------------------------

InitBlock = "{" __ list:InitEntry* "}" _ { return list.filter((entry) => entry !== null) }

InitEntry
  = ";" __ { return null }
  / entry:InitDeclaration __ (";" __ / &"}") { return entry }

InitDeclaration
  = Type? place:InitPlace length:ArrayLength? values:InitValues? { return { place, values: values ?? [], length, at: at() } }
  / thread:Integer __ ":" __ Type name:Name __ values:InitValues? { return { place: { thread, name }, values: values ?? [], length: null, at: at() } }

InitPlace
  = thread:Integer __ ":" __ name:Name __ { return { thread, name } }
  / "[" __ name:Name __ "]" __ { return { thread: null, name } }
  / "*"? name:Name __ { return { thread: null, name } }

ArrayLength = "[" __ n:Integer __ "]" __ { return n }

InitValues
  = "=" __ "{" __ "}" __ { return [] }
  / "=" __ "{" __ head:InitValue tail:("," __ @InitValue)* "}" __ { return [head, ...tail] }
  / "=" __ value:InitValue { return [value] }

InitValue
  = sign:"-"? __ n:Number __ { return sign ? -n : n }
  / ("ATOMIC_INIT" / "ATOMIC_LONG_INIT" / "ATOMIC64_INIT") __ "(" __ value:InitValue ")" __ { return value }
  / "NULL" !NameRest __ { return 0 }
  / "(" __ Type ")" __ value:InitValue { return value }
  / "(" __ value:InitValue ")" __ { return value }
  / "&"? __ name:Name __ { return name }

// --- threads ------------------------------------------------------------------------------------------------

ThreadText
  = (("static" / "void") ![A-Za-z0-9_] _)* number:ThreadName __ "(" _ parameters:Parameters ")" __ body:Block __
    { return { number, parameters, body: body.body, at: at() } }

ThreadName "a thread such as P0(int *x) { ... }" = "P" digits:$[0-9]+ { return Number(digits) }

Parameters
  = "void" _ &")" { return [] }
  / head:Parameter tail:("," _ @Parameter)* { return [head, ...tail] }
  / "" { return [] }

Parameter = Type? name:Name _ ("[" _ Integer? _ "]" _)? { return name }

Block = "{" _ body:Statement* "}" _ { return { kind: 'block', body: body.flat(), at: at() } }

Statement
  = Block
  / ";" _ { return [] }
  / "if" !NameRest _ "(" _ condition:Expression ")" _ then:Statement otherwise:("else" !NameRest _ @Statement)?
    { return { kind: 'if', condition, then: one(then), otherwise: otherwise && one(otherwise), at: at() } }
  / "while" !NameRest _ "(" _ condition:Expression ")" _ body:Statement
    { return { kind: 'while', condition, body: one(body), at: at() } }
  / "do" !NameRest _ body:Statement "while" !NameRest _ "(" _ condition:Expression ")" _ ";" _
    { return [one(body), { kind: 'while', condition, body: one(body), at: at() }] }
  / Type head:Declarator tail:("," _ ("*" _)* @Declarator)* ";" _ { return [head, ...tail] }
  / s:Assignment ";" _ { return s }

Declarator
  = name:Name _ value:("=" !"=" _ @Expression)? { return { kind: 'declare', name, value, at: at() } }

Assignment
  = to:Unary "=" !"=" _ value:Expression { return { kind: 'assign', to, value, at: at() } }
  / to:Unary operator:$("+" / "-" / "*" / "&" / "|" / "^") "=" _ right:Expression
    { return { kind: 'assign', to, value: binary(operator, to, right), at: at() } }
  / to:Unary step:("++" / "--") _ { return stepped(to, step) }
  / step:("++" / "--") _ to:Unary { return stepped(to, step) }
  / value:Expression { return { kind: 'expression', value, at: at() } }

// --- expressions --------------------------------------------------------------------------------------------

Expression "an expression"
  = head:And tail:(operator:"||" _ right:And { return [operator, right, at()] })* { return fold(head, tail) }
And
  = head:BitOr tail:(operator:"&&" _ right:BitOr { return [operator, right, at()] })* { return fold(head, tail) }
BitOr
  = head:BitXor tail:(operator:$("|" ![|=]) _ right:BitXor { return [operator, right, at()] })* { return fold(head, tail) }
BitXor
  = head:BitAnd tail:(operator:$("^" !"=") _ right:BitAnd { return [operator, right, at()] })* { return fold(head, tail) }
BitAnd
  = head:Equality tail:(operator:$("&" ![&=]) _ right:Equality { return [operator, right, at()] })* { return fold(head, tail) }
Equality
  = head:Relation tail:(operator:("==" / "!=") _ right:Relation { return [operator, right, at()] })* { return fold(head, tail) }
Relation
  = head:Shift tail:(operator:("<=" / ">=" / $("<" !"<") / $(">" !">")) _ right:Shift { return [operator, right, at()] })* { return fold(head, tail) }
Shift
  = head:Sum tail:(operator:("<<" / ">>") _ right:Sum { return [operator, right, at()] })* { return fold(head, tail) }
Sum
  = head:Product tail:(operator:$([+-] ![+=-]) _ right:Product { return [operator, right, at()] })* { return fold(head, tail) }
Product
  = head:Unary tail:(operator:$([*/%] !"=") _ right:Unary { return [operator, right, at()] })* { return fold(head, tail) }

Unary
  = "*" _ of:Unary { return { kind: 'dereference', of, at: at() } }
  / "&" !"&" _ of:Unary { return { kind: 'address', of, at: at() } }
  / "!" _ of:Unary { return binary('==', of, number(0)) }
  / "~" _ of:Unary { return binary('^', of, number(-1)) }
  / "-" !"-" _ of:Unary { return binary('-', number(0), of) }
  / "(" _ Type ")" _ of:Unary { return of }
  / Postfix

Postfix
  = head:Primary tail:("[" _ @Expression "]" _)*
    { return tail.reduce((left, right) => ({ kind: 'dereference', of: binary('+', left, right), at: at() }), head) }

Primary
  = value:Number _ { return number(value) }
  / ("NULL" / "false") !NameRest _ { return number(0) }
  / "true" !NameRest _ { return number(1) }
  / "(" _ @Expression ")" _
  / name:Name _ "(" _ list:Arguments ")" _ { return { kind: 'call', name, arguments: list, at: at() } }
  / name:Name _ { return { kind: 'name', name, at: at() } }

Arguments = head:Expression tail:("," _ @Expression)* { return [head, ...tail] } / "" { return [] }

// --- types: read and forgotten, as herd7 does ---------------------------------------------------------------

Type "a type" = (Qualifier _)* (BaseType _)+ ("*" _ (Qualifier _)*)*
Qualifier = ("const" / "volatile" / "__rcu" / "__percpu" / "register" / "static") !NameRest
BaseType
  = ("struct" / "union" / "enum") ![A-Za-z0-9_] _ Name
  / ("unsigned" / "signed" / "long" / "short" / "int" / "char" / "bool" / "_Bool" / "void" / Qualifier) !NameRest
  / [us] ("8" / "16" / "32" / "64") !NameRest
  / "_Atomic" !NameRest
  / name:$([A-Za-z_] [A-Za-z0-9_]*) &{ return name.endsWith('_t') }

// --- conditions ---------------------------------------------------------------------------------------------

Tail
  = locations:Locations? filter:("filter" !NameRest __ @Proposition)? ";"? __ locations2:Locations? quantifier:Quantifier condition:Proposition ";"?
    { return { locations: [...(locations ?? []), ...(locations2 ?? [])], filter, quantifier, condition } }

Locations "locations [...]"
  = "locations" __ "[" __ list:(@LocationEntry (";" __)?)* "]" __ { return list }
LocationEntry = place:Place Type? { return place }

Quantifier "exists, ~exists or forall"
  = "exists" !NameRest __ { return 'exists' }
  / ("~" / "not") __ "exists" !NameRest __ { return 'not-exists' }
  / "forall" !NameRest __ { return 'forall' }

Proposition "a condition"
  = left:Or "=>" __ right:Proposition { return { kind: 'implies', left, right } }
  / Or
Or = head:Conjunction tail:("\\/" __ @Conjunction)* { return foldCondition('or', head, tail) }
Conjunction = head:Negation tail:("/\\" __ @Negation)* { return foldCondition('and', head, tail) }
Negation
  = ("~" / "not" !NameRest) __ of:Negation { return { kind: 'not', of } }
  / "(" __ @Proposition ")" __
  / kind:("true" / "false") !NameRest __ { return { kind } }
  / place:Place not:("!=" / "<>" / "==" / "=") __ value:ConditionValue
    { return { kind: 'equal', place, value, not: not === '!=' || not === '<>' } }

ConditionValue
  = sign:"-"? n:Number !(__ ":") __ { return sign ? -n : n }
  / place:(thread:Integer __ ":" __ name:Name { return { thread, name } }) __ { return place }
  / "NULL" !NameRest __ { return 0 }
  / "&"? name:PlaceName { return name }
  / "(" __ @ConditionValue ")" __

Place
  = thread:Integer __ ":" __ name:Name __ { return { thread, name } }
  / "[" __ name:PlaceName "]" __ { return { thread: null, name } }
  / "*"? name:PlaceName { return { thread: null, name } }
PlaceName = name:Name __ index:("[" __ @Integer __ "]" __)? { return index === null ? name : name + '[' + index + ']' }

// --- words --------------------------------------------------------------------------------------------------

Name "a name" = !(Keyword !NameRest) @$([A-Za-z_] [A-Za-z0-9_]*)
Keyword = "if" / "else" / "while" / "do" / "for" / "switch" / "goto" / "return" / "break" / "continue" / "exists" / "forall" / "locations" / "filter"
NameRest = [A-Za-z0-9_]
Integer "a number" = digits:$[0-9]+ { return Number(digits) }
Number "a number" = digits:$(("0x" / "0X") [0-9a-fA-F]+ / [0-9]+) [uUlL]* ![A-Za-z0-9_] { return integer(digits) }

// Blanks: in C code, around it, and before all.
_ "" = ([ \t\r\n\f] / CComment)*
__ "" = ([ \t\r\n\f] / MlComment / CComment)*
Blank "" = __
CComment = "/*" (!"*/" .)* "*/" / "//" [^\n]*
MlComment = "(*" (MlComment / !"*)" .)* "*)"
`
