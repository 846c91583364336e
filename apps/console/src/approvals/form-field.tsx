import { useId, type ReactNode } from 'react';
import type { Json } from '../../../../workflows/contracts/json';
import { Field, TextArea, TextField } from '../ui/field';
import type { FieldValue, FormField } from './form-schema';

interface FormFieldProps {
  field: FormField;
  value: FieldValue;
  error: string | undefined;
  onChange: (value: FieldValue) => void;
}

/** The control of one field of a form that was made from a JSON Schema. */
export function FormFieldControl({ field, value, error, onChange }: FormFieldProps): ReactNode {
  const { control, hint, required } = field;
  const label = required ? field.label : `${field.label} (optional)`;
  const parts = { label, hint, error, required, value: String(value) };
  const onText = ({ target }: { target: { value: string } }): void => onChange(target.value);
  switch (control.type) {
    case 'checkbox':
      return <Checkbox {...{ hint, error, onChange }} label={field.label} checked={value === true} />;
    case 'choice':
      return (
        <Field {...{ label, hint, error }}>
          {(described) => (
            <select {...described} required={required} value={String(value)} onChange={onText}>
              <option value="">{required ? 'Choose…' : 'Nothing'}</option>
              {control.options.map((option, index) => (
                <option key={index} value={index}>
                  {nameOf(option)}
                </option>
              ))}
            </select>
          )}
        </Field>
      );
    case 'number':
      return (
        <TextField
          {...parts}
          type="number"
          step={control.whole ? 1 : 'any'}
          min={control.min}
          max={control.max}
          onChange={onText}
        />
      );
    case 'json':
      return <TextArea {...parts} className="json" rows={4} spellCheck={false} onChange={onText} />;
    case 'text':
      return control.long ? (
        <TextArea {...parts} rows={2} maxLength={control.maxLength} onChange={onText} />
      ) : (
        <TextField {...parts} maxLength={control.maxLength} onChange={onText} />
      );
  }
}

interface CheckboxProps {
  label: string;
  hint: string | undefined;
  error: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Checkbox({ label, hint, error, checked, onChange }: CheckboxProps): ReactNode {
  const id = useId();
  const said = error ?? hint;
  return (
    <div className="field">
      <label className="checkbox">
        <input
          type="checkbox"
          checked={checked}
          aria-invalid={error !== undefined}
          aria-describedby={said === undefined ? undefined : id}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {said !== undefined && (
        <p className={error === undefined ? 'hint' : 'field-error'} id={id}>
          {said}
        </p>
      )}
    </div>
  );
}

const nameOf = (option: Json): string => (typeof option === 'string' ? option : JSON.stringify(option));
